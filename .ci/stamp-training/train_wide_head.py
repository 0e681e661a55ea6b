"""train_wide_head.py MINUTES FILE: what lies behind the convolutions of the second reader on a wide strip, from features -> FILE;
GHOSTS=1 FROM=h.npz goes on with what is there, and with strips of print that shines through"""
import os, sys, time, glob, math
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL','3')
import numpy as np, tensorflow as tf
C=int(os.environ.get('CHANNELS','96')); FL=4*13*C; D=96
DROP=[float(d) for d in os.environ.get('DROPOUT','.1,.3').split(',')]
def init():
    r=np.random.default_rng(int(os.environ.get('SEED','1'))); he=lambda s,f: (r.standard_normal(s)*math.sqrt(2/f)).astype('f')
    return dict(hw=he((3,3,96,C),9*96),hb=np.zeros(C,'f'),iw=he((3,3,C,C),9*C),ib=np.zeros(C,'f'),uw=he((FL,D),FL),ub=np.zeros(D,'f'),yw=he((D,1),D*50),yb=np.zeros(1,'f'))
def net(W,x,train):
    # x: n, 8, 26, 96
    q=lambda k: tf.cast(W[k],x.dtype)
    if train: x=tf.nn.dropout(x,DROP[0])
    x=tf.nn.relu(tf.nn.conv2d(tf.pad(x,[[0,0],[1,1],[1,1],[0,0]]),q('hw'),2,'VALID')+q('hb'))
    x=tf.nn.relu(tf.nn.conv2d(tf.pad(x,[[0,0],[1,1],[1,1],[0,0]]),q('iw'),1,'VALID')+q('ib'))
    x=tf.cast(tf.reshape(tf.transpose(x,[0,3,1,2]),[-1,FL]),tf.float32)
    if train: x=tf.nn.dropout(x,DROP[1])
    x=tf.nn.relu(x@W['uw']+W['ub'])
    return (x@W['yw']+W['yb'])[:,0]
def load(f):
    q=np.load(f); return q['f'].transpose(0,2,3,1),q['y'],np.stack([np.log(np.clip(q['v'],1e-6,1-1e-6)/(1-np.clip(q['v'],1e-6,1-1e-6))),q['a'],q['b']],1)
if __name__=='__main__':
    minutes,out=float(sys.argv[1]),sys.argv[2]; W0=dict(np.load(os.environ['FROM'])) if 'FROM' in os.environ else init()
    W={k:tf.Variable(v) for k,v in W0.items()}; M1={k:tf.Variable(tf.zeros_like(W[k])) for k in W}; M2={k:tf.Variable(tf.zeros_like(W[k])) for k in W}; EMA={k:tf.Variable(W[k]) for k in W}
    @tf.function
    def step(x,y,lr,t):
        with tf.GradientTape() as tape:
            z=net(W,tf.cast(x,tf.bfloat16),True); l=tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(y,tf.float32)*.98+.01,z))
        gr=tape.gradient(l,[W[k] for k in W])
        for k,d in zip(W,gr):
            M1[k].assign(M1[k]*.9+d*.1); M2[k].assign(M2[k]*.99+d*d*.01)
            up=M1[k]/(1-.9**t)/(tf.sqrt(M2[k]/(1-.99**t))+1e-8)
            if k[1]=='w': up+=2e-2*W[k]
            W[k].assign_sub(lr*up)
        for k in W: EMA[k].assign(EMA[k]*.998+W[k]*.002)
        return l
    @tf.function
    def infer(x): return net(EMA,tf.cast(x,tf.float32),False)
    hold=[f for f in ('features/1_0.npz','features/2_0.npz') if os.path.exists(f)]; H=[load(f) for f in hold]
    def validate():
        z=np.concatenate([np.concatenate([infer(h[0][i:i+250]).numpy() for i in range(0,len(h[0]),250)]) for h in H]); y=np.concatenate([h[1] for h in H]); O=np.concatenate([h[2] for h in H])
        def at(s,fa): # recall at false alarms
            n=np.sort(s[y==0])[::-1]; return (s[y==1]>n[int(len(n)*fa)]).mean()
        old=(O[:,0]+(O[:,1]+O[:,2])/2)/2; new=(O[:,0]+(O[:,1]+O[:,2]+z*2)/4)/2
        return ' '.join('%s %.4f %.4f %.4f'%(n,at(s,.02),at(s,.005),at(s,.002)) for n,s in (('old',old),('wide',z),('all',new),('.4',O[:,0]*.2+(O[:,1]+O[:,2])*.15+z*.5))),z,y,O
    GHOSTS=[load(f)[0] for f in sorted(glob.glob('features/g*.npz'))] if 'GHOSTS' in os.environ else []
    data={}; rs=np.random.default_rng(int(time.time())); n=0; t0=last=time.time(); B=128
    while True:
        t=(time.time()-t0)/60/minutes
        if t>=1: break
        if n%300==0:
            for f in sorted(glob.glob('features/[0-9]*.npz')):
                if f not in data and f not in hold:
                    q=load(f); data[f]=(q[0],q[1],np.flatnonzero(q[1]==1),np.flatnonzero(q[1]==0))
            keys=list(data)
        xs,ys=[],[]
        for _ in range(4):
            q=data[keys[rs.integers(len(keys))]]; i=np.concatenate([rs.choice(q[2],B//10),rs.choice(q[3],B//4-B//10)]); xs.append(q[0][i]); ys.append(q[1][i])
        if GHOSTS: q=GHOSTS[rs.integers(len(GHOSTS))]; i=rs.choice(len(q),B//8); xs.append(q[i]); ys.append(np.zeros(B//8,np.uint8))
        n+=1; lr=float(os.environ.get('LR','1.5e-3'))*min(1,n/200)*(.5+.5*math.cos(math.pi*t)+.002)
        l=step(np.concatenate(xs),np.concatenate(ys),tf.constant(lr,tf.float32),tf.constant(float(n),tf.float32))
        if n%300==0:
            v=''
            if time.time()-last>40: last=time.time(); v=validate()[0]; np.savez(out,**{k:w.numpy() for k,w in EMA.items()})
            print(n,'%.2f'%t,len(data),'%.4f'%l,'%.0f/s'%(n*B/(time.time()-t0)),v,flush=True)
    np.savez(out,**{k:w.numpy() for k,w in EMA.items()}); v,z,y,O=validate(); print(v)
