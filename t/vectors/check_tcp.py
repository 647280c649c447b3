#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: check_tcp.py HOST PORT [framing,...] [-v]  -- runs tcp.json (auto-detecting port) ; methods ping echo sleep"""
import sys,json,socket,time,re
host,port=sys.argv[1],int(sys.argv[2]); want=set(sys.argv[3].split(',')) if len(sys.argv)>3 and not sys.argv[3].startswith('-') else None
dec=json.JSONDecoder(); ok=bad=0
def strip(x):
    if isinstance(x,list): return [strip(y) for y in x]
    if isinstance(x,dict) and isinstance(x.get('error'),dict): x=dict(x,error={'code':x['error'].get('code')})
    return x
def split(b,fr):
    out=[];closed=False
    t=b
    while t:
        if fr=='content-length':
            m=re.match(rb'(?is)\s*((?:[\w-]+:[^\r\n]*\r\n)+)\r\n',t)
            if not m: return out,'not Content-Length framed: %r'%t[:60]
            n=int(re.search(rb'(?i)content-length:\s*(\d+)',m.group(1)).group(1)); out.append(json.loads(t[m.end():m.end()+n])); t=t[m.end()+n:]
        elif fr=='netstring':
            m=re.match(rb'(\d+):',t)
            if not m: return out,'not netstring: %r'%t[:60]
            n=int(m.group(1)); out.append(json.loads(t[m.end():m.end()+n])); 
            if t[m.end()+n:m.end()+n+1]!=b',': return out,'no comma'
            t=t[m.end()+n+1:]
        else:
            sep={'eot':b'\x04','newline':b'\n'}.get(fr)
            if sep:
                i=t.find(sep)
                if i<0: return out,'reply lacks delimiter %r'%t[:60]
                if t[:i].strip(): out.append(json.loads(t[:i]))
                t=t[i+1:]
            else:
                s=t.decode().lstrip(' \r\n\t\x04')
                if not s: break
                o,e=dec.raw_decode(s); out.append(o); t=s[e:].encode()
    return out,None
for v in json.load(open(__file__.rsplit('/',1)[0]+'/tcp.json')):
    if want and v['framing'] not in want: continue
    why=None
    try:
        s=socket.create_connection((host,port),timeout=5)
        for c in v['send']: s.sendall(c.encode('latin-1')); time.sleep(.02)
        if v['half_close']: s.shutdown(socket.SHUT_WR)
        buf=b''; end=time.time()+1.2; s.settimeout(.3)
        while time.time()<end:
            try: d=s.recv(65536)
            except socket.timeout: continue
            except ConnectionError: break
            if not d: break
            buf+=d
            g,_=split(buf,v['framing']) if v['expect'] else ([],None)
            if v['expect'] and len(g)>=len(v['expect']): end=min(end,time.time()+.3)
        s.close()
        if v['expect']:
            g,why=split(buf,v['framing'])
            if why is None:
                k=lambda x:json.dumps(strip(x),sort_keys=True)
                if not any(sorted(map(k,g))==sorted(map(k,w)) for w in [v['expect']]+v.get('expect_alt',[])): why='got %r'%buf[:160]
                elif v['name']=='async-order' and [x['id'] for x in g]!=[3,2,1]: why='order %s'%[x['id'] for x in g]
    except Exception as e: why=repr(e)
    try:
        s=socket.create_connection((host,port),timeout=5); s.sendall(b'{"jsonrpc":"2.0","method":"ping","id":1}\n'); s.settimeout(2); assert b'pong' in s.recv(1000); s.close()
    except Exception as e: why=(why or '')+' SERVER NOT ALIVE '+repr(e)
    if why: bad+=1; print('FAIL',v['framing'],v['name'],why)
    else:
        ok+=1
        if '-v' in sys.argv: print('ok  ',v['name'])
print('%d passed, %d failed'%(ok,bad)); sys.exit(bool(bad))
