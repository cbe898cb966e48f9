"""Writes one file for each family of HDF5 structures that h5py makes, all with the same content.

    python make_forms.py OUT_DIR      (package h5py)
"""
import h5py, numpy as np, sys, os
out=sys.argv[1]
os.makedirs(out, exist_ok=True)
def fill(f):
    a=np.arange(60,dtype='f4').reshape(5,4,3)
    f['float32']=a; f['float64']=a.astype('f8'); f['float16']=a.astype('f2'); f['big']=a.astype('>f4')
    f['int8']=(a-30).astype('i1'); f['uint16']=a.astype('u2'); f['int64']=(a-30).astype('i8'); f['bigint']=(a-30).astype('>i4')
    f.create_dataset('chunked',data=a,chunks=(2,3,2))
    f.create_dataset('deflated',data=a,chunks=(2,3,2),compression='gzip',shuffle=True,fletcher32=True)
    f.create_dataset('single',data=a,chunks=(5,4,3),compression='gzip')
    f.create_dataset('long',data=np.arange(600,dtype='f4'),chunks=(2,))
    f['scalar']=np.float32(7); f['empty']=np.zeros((0,3),'f4')
    d=h5py.h5d.create(f.id,b'compact',h5py.h5t.IEEE_F32LE,h5py.h5s.create_simple((4,)),(lambda p:(p.set_layout(h5py.h5d.COMPACT),p)[1])(h5py.h5p.create(h5py.h5p.DATASET_CREATE)))
    d.write(h5py.h5s.ALL,h5py.h5s.ALL,np.array([1,2,3,4],'f4'))
    g=f.create_group('many')
    for i in range(60): g.create_dataset(f'member_{i:03d}',data=np.float32(i))
    f['nested/a/b']=np.array([1,2],'f4')
    f.attrs['text']='grüße'; f.attrs['fixed']=np.bytes_('fixed'); f.attrs['list']=[f'name{i}' for i in range(20)]; f.attrs['bytes']=np.array([b'x',b'yy'])
    f.attrs['number']=3
    f.attrs['split0']=np.array([b'p',b'q']); f.attrs['split1']=np.array([b'r'])
    f['strings']=np.array(['one','two','three'],dtype=h5py.string_dtype())
    many=f.create_group('attributes')
    for i in range(40): many.attrs[f'attr{i:02d}']=f'value {i}'
for name,kw in dict(earliest=dict(libver='earliest'),latest=dict(libver='latest'),v110=dict(libver=('v110','v110')),userblock=dict(libver='earliest',userblock_size=1024)).items():
    with h5py.File(f'{out}/{name}.h5','w',**kw) as f: fill(f)
