"""Writes what Keras makes of a small picture with each augmentation: python make_augmentation.py; gzip -9n augmentation.json"""
import numpy as np, json, sys
from PIL import Image
import os; os.environ["TF_USE_LEGACY_KERAS"]="1"
import tf_keras as keras
ImageDataGenerator=keras.preprocessing.image.ImageDataGenerator
r=np.random.RandomState(0); 
y,x=np.mgrid[0:12,0:16]; a=np.stack([(x*16)%256,(y*21)%256,((x*y)*5)%256],-1).astype("u1")
out=[]
for kw in [dict(rotation_range=30),dict(width_shift_range=.3,height_shift_range=.2,fill_mode="reflect"),dict(shear_range=20,zoom_range=.3,fill_mode="constant"),dict(rotation_range=40,zoom_range=.4,fill_mode="wrap",horizontal_flip=True,vertical_flip=True),dict(channel_shift_range=60.,horizontal_flip=True),dict(brightness_range=(.4,1.6)),dict(width_shift_range=4.0,rotation_range=10)]:
    g=ImageDataGenerator(**kw)
    for seed in (1,2):
        z=g.random_transform(a.astype("f4"),seed=seed)
        out.append(dict(settings=",".join(f"{k}={v[0]}:{v[1]}" if isinstance(v,tuple) else f"{k}={str(v).lower()}" if isinstance(v,bool) else f"{k}={v}" for k,v in kw.items()),seed=seed,pixels=np.round(z).astype(int).clip(0,255).ravel().tolist()))
json.dump(out,open("augmentation.json","w"),separators=(",",":"))
