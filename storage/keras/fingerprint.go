package keras

import (
	"errors"
	"io"

	farm "github.com/dgryski/go-farm"
	"google.golang.org/protobuf/encoding/protowire"

	"edged/storage/folder"
	"edged/storage/protobuf"
)

const (
	fingerprintFile = "fingerprint.pb"
	maxFingerprint  = 1 << 16 // bytes
	graphsFile      = "saved_model.pb"
	maxParts        = 1000
)

// checkFingerprint compares the index with what fingerprint.pb says of it, so
// that the variables of another saving are found out. TensorFlow before 2.11
// wrote no such file.
func checkFingerprint(dir *folder.Folder, index []byte) error {
	if !dir.Has(fingerprintFile) {
		return nil
	}
	data, err := dir.Read(fingerprintFile, maxFingerprint)
	if err != nil {
		return err
	}
	var want uint64 // checkpoint_hash of a FingerprintDef
	err = protobuf.Fields(data, func(f protobuf.Field) error {
		if f.Is(5, protowire.VarintType) {
			want = f.Value
		}
		return nil
	})
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return folder.Short(fingerprintFile, "it ends early")
	}
	if err != nil {
		return folder.Damaged(fingerprintFile, "%w", err)
	}
	if want != 0 && farm.Fingerprint64(index) != want {
		return folder.Damaged(indexFile, "it is not the one that %s was written with: the files are of two savings", fingerprintFile)
	}
	return nil
}

// checkGraphs makes sure that saved_model.pb is all there, by the lengths of
// its parts: it is not needed, but a copy without it is not finished.
func checkGraphs(dir *folder.Folder) error {
	file, err := dir.Open(graphsFile)
	if err != nil {
		return err
	}
	defer file.Close()
	var head [20]byte // two tags and a length fit
	parts := 0
	for at := int64(0); at < file.Size; {
		if parts++; parts > maxParts {
			return folder.Damaged(graphsFile, "it has more than %d parts", maxParts)
		}
		n, err := file.ReadAt(head[:min(int64(len(head)), file.Size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		size, err := fieldSize(head[:n])
		if err == nil && size > uint64(file.Size-at) {
			err = io.ErrUnexpectedEOF
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return folder.Short(graphsFile, "it ends early")
		}
		if err != nil {
			return folder.Damaged(graphsFile, "%w", err)
		}
		at += int64(size)
	}
	if file.Size == 0 {
		return folder.Short(graphsFile, "it is empty")
	}
	return nil
}

// fieldSize is the number of bytes of the field that head is the beginning of.
func fieldSize(head []byte) (uint64, error) {
	_, kind, n := protowire.ConsumeTag(head)
	if n < 0 {
		return 0, protowire.ParseError(n)
	}
	if kind == protowire.BytesType {
		length, m := protowire.ConsumeVarint(head[n:])
		if m < 0 {
			return 0, protowire.ParseError(m)
		}
		if length > 1<<62 {
			return 0, io.ErrUnexpectedEOF
		}
		return uint64(n+m) + length, nil
	}
	m := protowire.ConsumeFieldValue(1, kind, head[n:])
	if m < 0 {
		return 0, protowire.ParseError(m)
	}
	return uint64(n + m), nil
}
