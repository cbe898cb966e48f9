package storage

import (
	"context"
	"time"
)

// Version is a model that serves or could: loaded, probed and warmed up. It
// never changes; the frame loop reads the active one once a frame.
type Version struct {
	Name    string    // of its entry in the watched folder
	Content string    // hash of everything in that entry when it was loaded
	Path    string    // of the entry; what lies there may have changed since
	Arrived time.Time // when it was first found complete
	Since   time.Time // when it became active
	*Ready

	id       string
	sequence int64
}

// ID tells generations of one name apart: the name and the beginning of the
// content's hash, as "digits@3f9a01c2". It doesn't allocate.
func (v *Version) ID() string { return v.id }

func (v *Version) identity() identity { return identity{v.Name, v.Content} }

// String is "digits@3f9a01c2", or the name alone while the content is not known.
func (id identity) String() string {
	if id.Content == "" {
		return id.Name
	}
	return id.Name + "@" + id.Content[:min(8, len(id.Content))]
}

// Loader turns what lies in the watched folder into a Version. It may be slow;
// it is never called twice at a time, except when a call took longer than
// Models' patience. An *IncompleteError means that something is still missing
// and may come; any other error that the model can't be used.
type Loader interface {
	// Verify reads everything at path and checks that it is complete and whole,
	// without building the model.
	Verify(ctx context.Context, path string) error
	// Load verifies and loads the model at path, compares its answer with the
	// probe beside it when there is one, and lets it answer once so that no
	// frame pays for a first time. What it returns keeps no file open or mapped.
	Load(ctx context.Context, path string) (*Ready, error)
}
