package web

import (
	"errors"
	"io"
	"net/http"

	"edged/storage"
)

// maxPicture is how many bytes a picture may have that is sent.
const maxPicture = 50 << 20

// Captures are what a person labelled: a *storage.Captures.
type Captures interface {
	List() []storage.Capture
	Relabel(name, label string) (storage.Capture, error)
	Remove(name string) (storage.Capture, error)
	Add(label, name, port string, data []byte) (storage.Capture, error)
}

// CaptureOrder names a capture and, to relabel it, its new label.
type CaptureOrder struct {
	Capture string `json:"capture"`
	Label   string `json:"label,omitempty"`
}

// httpPort is where a label came from that came by HTTP.
const httpPort = "http"

// routeCaptures routes the requests about captures.
func (c *Control) routeCaptures(mux *http.ServeMux) {
	with := func(do func(Captures, http.ResponseWriter, *http.Request) (any, error)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			kept, err := c.Captures()
			var done any
			if err == nil {
				done, err = do(kept, w, r)
			}
			if err != nil {
				write(w, captureStatus(err), Answer{Error: err.Error()})
				return
			}
			write(w, http.StatusOK, done)
		}
	}
	mux.HandleFunc("GET /captures", with(func(k Captures, _ http.ResponseWriter, _ *http.Request) (any, error) {
		return k.List(), nil
	}))
	mux.HandleFunc("POST /captures", with(func(k Captures, w http.ResponseWriter, r *http.Request) (any, error) {
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPicture))
		if err != nil {
			return nil, err
		}
		return k.Add(r.URL.Query().Get("label"), r.URL.Query().Get("name"), httpPort, data)
	}))
	mux.HandleFunc("POST /captures/relabel", with(func(k Captures, w http.ResponseWriter, r *http.Request) (any, error) {
		var o CaptureOrder
		if err := decode(w, r, &o); err != nil {
			return nil, errors.New(`the body must be {"capture": NAME, "label": LABEL}`)
		}
		return k.Relabel(o.Capture, o.Label)
	}))
	mux.HandleFunc("POST /captures/remove", with(func(k Captures, w http.ResponseWriter, r *http.Request) (any, error) {
		var o CaptureOrder
		if err := decode(w, r, &o); err != nil {
			return nil, errors.New(`the body must be {"capture": NAME}`)
		}
		return k.Remove(o.Capture)
	}))
}

func captureStatus(err error) int {
	switch {
	case errors.Is(err, storage.ErrNoCapture):
		return http.StatusNotFound
	case errors.Is(err, storage.ErrFull):
		return http.StatusInsufficientStorage
	default:
		return http.StatusConflict
	}
}
