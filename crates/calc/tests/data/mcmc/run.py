import math, subprocess, json, sys, re
OELS={'measured':100.0,'censored':100.0,'uninformative':20.0}
groups={
 'measured':(["24.7","64.1","13.8","43.7","19.9","133","32.1","15","53.7","28.9"],'informedvar'),
 'censored':(["<10","<10","12.5","31.2","[40.1-90.2]","18.4",">120","22.0","<5","14.8"],'informedvar'),
 'uninformative':(["8.1","3.4","5.9","12.2","2.7","6.6","4.8","9.3","7.0","<2"],'uninformative'),
}
ITER=int(sys.argv[1]); out={}
for name,(data,prior) in groups.items():
    OEL=OELS[name]
    y=[];l=[];r=[];lo=[];up=[]
    L=lambda t: math.log(float(t)/OEL)
    for d in data:
        if d[0]=='<': l.append(L(d[1:]))
        elif d[0]=='>': r.append(L(d[1:]))
        elif d[0]=='[':
            a,b=d[1:-1].split('-'); lo.append(L(a)); up.append(L(b))
        else: y.append(L(d))
    model=open(prior+'.bug').read()
    # a loop over nothing is written out
    for key,lst in (('nl',l),('nr',r),('ni',lo)):
        if not lst: model='\n'.join(x for x in model.split('\n') if f'in 1:{key})' not in x)
    open('m.bug','w').write(model)
    with open('d.R','w') as f:
        vec=lambda n,v: f.write(f'"{n}" <- c({",".join(map(repr,v))})\n') if v else None
        f.write(f'"n" <- {len(y)}\n'); vec('y',y)
        for n,k,v,o in (('nl','left',l,'one_l'),('nr','right',r,'one_r')):
            if v: f.write(f'"{n}" <- {len(v)}\n'); vec(k,v); vec(o,[1]*len(v))
        if lo: f.write(f'"ni" <- {len(lo)}\n'); vec('lower',lo); vec('upper',up); vec('one_i',[1]*len(lo))
    for c in (1,2):
        open(f'i{c}.R','w').write(f'".RNG.name" <- "base::Mersenne-Twister"\n".RNG.seed" <- {20200600+c}\n')
    open('s.cmd','w').write(f'''model in "m.bug"
data in "d.R"
compile, nchains(2)
parameters in "i1.R", chain(1)
parameters in "i2.R", chain(2)
initialize
update 10000
monitor mu
monitor sigma
update {ITER}
coda *, stem("{name}")
''')
    p=subprocess.run(['nice','jags','s.cmd'],capture_output=True,text=True); print(name,p.stdout[-200:],p.stderr[-300:],file=sys.stderr)
    index={}
    for line in open(f'{name}index.txt'):
        n,a,b=line.split(); index[n]=(int(a),int(b))
    mus=[];sg=[]
    for c in (1,2):
        vals=[float(x.split()[1]) for x in open(f'{name}chain{c}.txt')]
        a,b=index['mu']; mus+=vals[a-1:b]; a,b=index['sigma']; sg+=vals[a-1:b]
    N=len(mus)
    def q(v,p): 
        v=sorted(v); h=(len(v)-1)*p; i=int(h); return v[i]+(h-i)*(v[min(i+1,len(v)-1)]-v[i])
    p95=[m+1.6448536269514722*s for m,s in zip(mus,sg)]
    ef=[0.5*math.erfc(-( m/s)/math.sqrt(2)) for m,s in zip(mus,sg)]  # P(x>OEL)=Phi((mu-0)/sigma)
    out[name]={'data':data,'prior':prior,'oel':OEL,'draws':N,
      'gm':OEL*math.exp(q(mus,.5)),'gsd':math.exp(q(sg,.5)),'p95':OEL*math.exp(q(p95,.5)),
      'p95_ucl70':OEL*math.exp(q(p95,.7)),'p95_ucl95':OEL*math.exp(q(p95,.95)),
      'ef_pct':100*q(ef,.5),'prob_overexposure':sum(x>0 for x in p95)/N,
      'prob_am_over':sum(m+s*s/2>0 for m,s in zip(mus,sg))/N}
json.dump(out,open('out.json','w'),indent=1,ensure_ascii=False)
