#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run jsonrpc.json against URL.  usage: check_jsonrpc.py URL [feature,feature...] [-v]   features: jsonrpc10 jsonrpc11 http-get cors openrpc"""
import sys,json,base64,gzip,http.client,urllib.parse
url=urllib.parse.urlsplit(sys.argv[1]); feats=set((sys.argv[2] if len(sys.argv)>2 and not sys.argv[2].startswith('-') else '').split(','))
def norm(x,msg):
    if isinstance(x,list): return [norm(y,msg) for y in x]
    if isinstance(x,dict):
        d={k:norm(v,msg) for k,v in x.items()}
        e=d.get('error')
        if isinstance(e,dict):
            d['error']={k:v for k,v in e.items() if k=='code' or (msg and k=='message')}
        return d
    return x
def sup(want,got):
    if want=='*': return got is not None
    if isinstance(want,dict): return isinstance(got,dict) and all(k in got and sup(v,got[k]) for k,v in want.items())
    return want==got
def key(x): return json.dumps(x,sort_keys=True)
def send(v):
    h=v.get('http',{}); body=v['request'].encode('utf-8','surrogatepass') if v.get('request') is not None else (base64.b64decode(v['request_b64']) if 'request_b64' in v else None)
    if body is None: return None
    hd={k:w for k,w in h.get('headers',{'Content-Type':'application/json'}).items()}
    chunked=hd.pop('Transfer-Encoding',None); 
    if hd.get('Content-Encoding')=='gzip': body=gzip.compress(body)
    if hd.get('Content-Type')=='': hd.pop('Content-Type')
    path=(url.path or '/').rstrip('/')+h.get('path_suffix','') or '/'
    if h.get('query'): path+='?'+h['query']
    c=http.client.HTTPConnection(url.hostname,url.port,timeout=30)
    m=h.get('method','POST')
    if m in('GET','OPTIONS'): c.request(m,path,headers=hd)
    elif chunked: c.request(m,path,body=iter([body[:10],body[10:]]),headers=hd,encode_chunked=True)
    else: c.request(m,path,body=body,headers=hd)
    r=c.getresponse(); b=r.read(); c.close(); return r.status,b
ok=bad=skip=0
for v in json.load(open(__file__.rsplit('/',1)[0]+'/jsonrpc.json')):
    if v.get('requires') and v['requires'] not in feats: skip+=1; continue
    try: r=send(v)
    except Exception as e: r=('EXC',repr(e).encode())
    if r is None: skip+=1; continue
    st,b=r; why=None; cmp=v.get('compare','exact')
    sts=[v['http_status']]+v.get('http_status_alt',[])
    if cmp=='alive':
        try: (not b) or json.loads(b.decode('utf-8'),parse_constant=lambda c:1/0)
        except Exception as e: why='bad reply %r'%b[:80]
        if st=='EXC': why=b
    elif st not in sts: why='status %s not in %s: %r'%(st,sts,b[:100])
    elif cmp=='status': pass
    elif st in (400,413,415,501) : pass
    else:
        cands=[v['response']]+v.get('response_alt',[])
        try: got=json.loads(b) if b else None
        except ValueError: why='not JSON %r'%b[:80]; got=Ellipsis
        if why is None:
            g=norm(got,v.get('message')); w=[norm(x,v.get('message')) for x in cands]
            if cmp=='batch': m=isinstance(g,list) and sorted(map(key,g))==sorted(map(key,w[0]))
            elif cmp=='superset': m=sup(cands[0],got)
            elif cmp=='v11error': m=isinstance(got,dict) and got.get('version')=='1.1' and 100<=got['error']['code']<=999
            else: m=any(key(g)==key(x) or g==x for x in w)
            if not m: why='got %s want %s'%(b[:140],json.dumps(cands)[:160])
    if why: bad+=1; print('FAIL',v['section'],v['name'],why)
    else:
        ok+=1
        if '-v' in sys.argv: print('ok  ',v['section'],v['name'])
print('%d passed, %d failed, %d skipped'%(ok,bad,skip)); sys.exit(bool(bad))
