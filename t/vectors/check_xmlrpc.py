#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run xmlrpc.json against URL.  usage: check_xmlrpc.py URL [features|all] [-v] [--record FILE]
features: nil i8 ex multicall introspection capabilities gzip"""
import sys,json,base64,gzip,http.client,urllib.parse,time
import xml.etree.ElementTree as ET
url=urllib.parse.urlsplit(sys.argv[1]); F=sys.argv[2] if len(sys.argv)>2 and not sys.argv[2].startswith('-') else ''
feats=set(F.split(','))
def tv(e):
    k=list(e)
    if not k: return {"string":e.text or ''}
    c=k[0]; t=c.tag.split('}')[-1]; x=c.text or ''
    if t in('i4','int','i1','i2'): return {"int":int(x)}
    if t in('i8','biginteger'): return {"i8":int(x)}
    if t=='boolean': return {"boolean":x.strip()=='1'}
    if t in('double','float'): return {"double":float(x)}
    if t=='string': return {"string":x}
    if t=='dateTime.iso8601': return {"dateTime":x}
    if t=='base64': return {"base64":''.join(x.split())}
    if t=='nil': return {"nil":None}
    if t=='array': return {"array":[tv(y) for y in c.find('data').findall('value')]}
    if t=='struct': return {"struct":{(m.find('name').text or ''):tv(m.find('value')) for m in c.findall('member')}}
    return {t:x}
def parse(b):
    r=ET.fromstring(b); assert r.tag=='methodResponse',r.tag
    f=r.find('fault')
    if f is not None:
        s=tv(f.find('value'))['struct']; assert set(s)=={'faultCode','faultString'},s
        return {"fault":{"faultCode":s['faultCode']['int'],"faultString":s['faultString']['string']}}
    p=r.find('params').findall('param'); assert len(p)==1
    return {"value":tv(p[0].find('value'))}
def match(w,g):
    if w=='*': return g is not None
    if isinstance(w,dict): return isinstance(g,dict) and set(w)==set(g) and all(match(w[k],g[k]) for k in w)
    if isinstance(w,list): return isinstance(g,list) and len(w)==len(g) and all(map(match,w,g))
    if isinstance(w,float): return isinstance(g,(int,float)) and abs(w-g)<=1e-12*max(1,abs(w))
    return w==g and isinstance(w,bool)==isinstance(g,bool)
def send(v):
    h=v.get('http',{}); m=h.get('method','POST'); hd=dict(h.get('headers',{'Content-Type':'text/xml'})); body=base64.b64decode(v['request_b64']) if 'request_b64' in v else v['request'].encode('utf-8')
    ce=hd.get('Content-Encoding')
    if ce=='gzip': body=gzip.compress(body)
    if ce=='gzip-fake': hd['Content-Encoding']='gzip'
    c=http.client.HTTPConnection(url.hostname,url.port,timeout=60); t=time.time()
    c.request(m,h.get('path',url.path or '/'),body=None if m=='GET' else body,headers=hd); r=c.getresponse(); b=r.read(); c.close()
    return r.status,r.getheader('content-type'),b,time.time()-t
ok=bad=skip=0; rec=[]
for v in json.load(open(__file__.rsplit('/',1)[0]+'/xmlrpc.json')):
    if v.get('requires') and F!='all' and v['requires'] not in feats: skip+=1; continue
    why=None; cmp=v.get('compare','exact'); got=None
    try: st,ct,b,dt=send(v)
    except Exception as e: st,ct,b,dt='EXC',None,repr(e).encode(),0
    if st==200:
        try: got=parse(b)
        except Exception as e: got={'unparsable':repr(e)[:100]}
    rec.append(dict(name=v['name'],status=st,content_type=ct,response=got,raw=b.decode('utf-8','replace')[:1500]))
    if st=='EXC': why='%s'%b
    elif cmp=='alive': why=None if got is None or 'unparsable' not in got else str(got)
    elif st not in [v['http_status']]+v.get('http_status_alt',[]): why='status %s: %r'%(st,b[:100])
    elif cmp=='status' or (st!=200): pass
    else:
        c=[v['response']]+v.get('response_alt',[])
        if not any(match(w,got) for w in c): why='got %s want %s'%(json.dumps(got)[:140],json.dumps(c)[:140])
        if cmp=='fast-fault' and (dt>2 or b'root:' in b): why='slow or leaking: %.1fs'%dt
        if why is None and not (ct or '').startswith('text/xml'): why='content-type %s'%ct
    if why: bad+=1; print('FAIL',v['section'],v['name'],why)
    else:
        ok+=1
        if '-v' in sys.argv: print('ok  ',v['section'],v['name'])
if '--record' in sys.argv: json.dump(rec,open(sys.argv[sys.argv.index('--record')+1],'w'),indent=1)
print('%d passed, %d failed, %d skipped'%(ok,bad,skip)); sys.exit(bool(bad))
