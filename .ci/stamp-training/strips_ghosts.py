"""strips_ghosts.py WORKER COUNT: wide strips of print of the other side that shines through: COUNT files of 2,500 -> strips_wide"""
import os, sys, time
import numpy as np, cv2
os.environ['WIDE'] = '1'
import draw as d, pieces as g
from look import VIEWS, places
from strips_wide import wide
U,P=g.U,g.P
worker,count=int(sys.argv[1]),int(sys.argv[2]); seed=880000+worker
g.rng.seed(seed); g.nr=np.random.default_rng(seed); d.POOL=120
def piece():
    page=np.full((d.S,d.S,3),255,np.float32)
    if P(.35): page*=(1-d.background()*(1-U(0,70)/255)*U(.55,1))[...,None]
    ghost=d.background()[:,::-1]
    if P(.4):
        t=np.full((d.S,d.S,3),255,np.float32); w=[]
        for _ in range(g.rng.randint(1,3)):
            txt=g.rng.choice(g.HARMLESS+['VIỆT NAM','VIỆT NAM','CHỦ NGHĨA VIỆT NAM','ỦY BAN NHÂN DÂN','NAM','TỈNH','HÀ NAM','QUẢNG NAM','MIỀN NAM']); d.place(t,[('x',q) for q in txt.split()],'x'+str(g.rng.randrange(20)),w,upright=P(.7))
        ghost=np.maximum(ghost,1-t.min(2)[:,::-1]/255)
    ghost=cv2.GaussianBlur(np.ascontiguousarray(ghost),(0,0),U(.6,2.2))
    page*=1-ghost[...,None]*U(.05,.35)*np.array([1,1,U(.7,1)],np.float32)
    if P(.2): d.seal(page)
    paper=np.array([U(205,255)]*3)-np.array([0,U(0,10),U(0,60) if P(.6) else U(0,8)])
    page*=(paper/255).astype(np.float32)
    if P(.4): page*=d.cloud((d.S,d.S),4,U(.7,.95),1)[...,None]
    if P(.25):
        k=g.rng.randint(3,60); page[:,:k]*=U(0,.2) if P(.5) else 1; page[:k]*=U(0,.2) if P(.3) else 1
    d.scan(page,P(.7)); return d.SHARP[0]
for shard in range(count):
    X,V=[],[]; t=time.time(); n=0
    while len(X)<2500:
        sharp=piece(); n+=1; names=['all']+(['without-red','blue-alone'] if P(.25) else [])
        for name in names:
            v=VIEWS[name](sharp)
            for w in places(v,.06)[:5]: X.append(wide(v,*w[1:])); V.append(w[0])
    np.savez('strips_wide/g%d_%d.npz'%(worker,shard),x=np.stack(X),y=np.zeros(len(X),np.uint8),v=np.array(V,np.float32)); print(shard,len(X),n,'%.0f/s'%(len(X)/(time.time()-t)),'surest %.2f'%max(V),flush=True)
