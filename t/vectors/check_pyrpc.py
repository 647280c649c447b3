#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run pyrpc.json against URL.  usage: check_pyrpc.py URL [-v]   The endpoint has a method `any echo(any message = "")` that GET may call.
A call that must be accepted is answered with its repr, or with fault -32601 where the method is not echo; one that must be
refused gets {'res': 'error', ...} with another code than -32601."""
import sys,json,ast,http.client,urllib.parse
url=urllib.parse.urlsplit(sys.argv[1]); V='-v' in sys.argv
def send(method,query=None,post=None,ct=None,accept=None):
    c=http.client.HTTPConnection(url.hostname,url.port,timeout=20); h={}
    if ct: h['Content-Type']=ct
    if accept: h['Accept']=accept
    c.request(method,url.path+('?'+query if query else ''),body=None if post is None else post.encode('utf-8','surrogatepass'),headers=h)
    r=c.getresponse(); b=r.read(); c.close(); return r.status,b
ok=bad=0
def check(name,why):
    global ok,bad
    if why: bad+=1; print('FAIL',name,why)
    else:
        ok+=1
        if V: print('ok  ',name)
d=json.load(open(__file__.rsplit('/',1)[0]+'/pyrpc.json'))
for x in d['http']:
    try: st,b=send(x['method'],x.get('query'),x.get('post'),x.get('content_type'),x.get('accept'))
    except Exception as e: check('http '+x['name'],repr(e)); continue
    why=None
    if st!=x['status']: why='status %s, not %s: %r'%(st,x['status'],b[:80])
    elif 'body' in x and b.decode('utf-8','replace')!=x['body']: why='body %r, not %r'%(b[:120],x['body'])
    elif 'json' in x:
        try: why=None if json.loads(b)==x['json'] else 'json %r'%b[:120]
        except ValueError: why='not JSON %r'%b[:80]
    check('http '+x['name'],why)
for x in d['calls']:
    try: st,b=send('POST',None,urllib.parse.urlencode({'request':'execute','data':x['data']},errors='surrogatepass'),'application/x-www-form-urlencoded')
    except Exception as e: check(x['name'],repr(e)); continue
    try: m=ast.literal_eval(b.decode('utf-8'))
    except Exception: check(x['name'],'answer is no Python literal: %s %r'%(st,b[:100])); continue
    why=None
    if x['ok']:
        if x.get('repr') is not None and m.get('res')=='response':
            if m['data'] not in [x['repr']]+x.get('repr_alt',[]):
                try: same=ast.literal_eval(m['data'])==ast.literal_eval(x['repr']) and not isinstance(ast.literal_eval(x['repr']),(tuple,float))
                except Exception: same=False
                if not same: why='repr %r, not %r'%(m['data'],x['repr'])
        elif m.get('res')=='error' and m.get('code')==-32601 and not x['data'].startswith('echo('): pass
        elif m.get('res')!='response': why='refused: %r'%b[:120]
    elif m.get('res')!='error' or m.get('code')==-32601: why='accepted: %r'%b[:120]
    check(x['name'],why)
print('%d passed, %d failed'%(ok,bad)); sys.exit(bool(bad))
