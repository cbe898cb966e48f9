package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"edged/storage"
)

// maxBody bounds what a request may carry.
const maxBody = 64 << 10

// Models are the versions that the daemon may serve: a *storage.Models.
type Models interface {
	List() []storage.Status
	Refresh(ctx context.Context) error
	Use(ctx context.Context, name string) (*storage.Version, error)
	Unpin(ctx context.Context) (*storage.Version, error)
	Rollback(ctx context.Context) (*storage.Version, error)
	Verify(ctx context.Context, name string) error
}

// Control tells the daemon's state and takes orders:
//
//	GET  /status           Status
//	GET  /models           []storage.Status
//	POST /models/use       Order -> Answer; serves that model from now on
//	POST /models/unpin     -> Answer; serves the newest again
//	POST /models/rollback  -> Answer; serves the one before
//	POST /models/verify    Order -> Answer; checks and serves nothing
//	POST /orders           LineOrder -> LineAnswer; what a serial port takes
//	GET  /captures         []storage.Capture
//	POST /captures         ?label=LABEL&name=NAME, a picture -> storage.Capture
//	POST /captures/relabel CaptureOrder -> storage.Capture
//	POST /captures/remove  CaptureOrder -> storage.Capture
//
// Errors are an Answer with Error set: 404 for an unknown model or capture, 409
// for one that can't be served or kept, 507 where there is no room for it.
type Control struct {
	Status func() Status
	Models Models
	// Carry carries out a line as it may come by a serial port.
	Carry func(ctx context.Context, line string) (done string, err error)
	// Captures returns the captures, or why there are none.
	Captures func() (Captures, error)
}

// LineOrder is a line as it may come by a serial port, as "label:M4-screw".
type LineOrder struct {
	Line string `json:"line"`
}

// LineAnswer is what a line did, as "M4-screw 17".
type LineAnswer struct {
	Done string `json:"done"`
}

// Order names the model that an order is about.
type Order struct {
	Model string `json:"model"`
}

// Answer is what became of an order: the version that serves, or why not.
type Answer struct {
	Model string `json:"model,omitempty"`
	Error string `json:"error,omitempty"`
}

// Handler routes the requests.
func (c *Control) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, c.Status())
	})
	mux.HandleFunc("GET /models", c.list)
	mux.HandleFunc("POST /models/use", order(func(ctx context.Context, name string) (*storage.Version, error) {
		return c.Models.Use(ctx, name)
	}))
	mux.HandleFunc("POST /models/verify", order(func(ctx context.Context, name string) (*storage.Version, error) {
		return nil, c.Models.Verify(ctx, name)
	}))
	mux.HandleFunc("POST /models/unpin", func(w http.ResponseWriter, r *http.Request) {
		version, err := c.Models.Unpin(r.Context())
		answer(w, version, err)
	})
	mux.HandleFunc("POST /models/rollback", func(w http.ResponseWriter, r *http.Request) {
		version, err := c.Models.Rollback(r.Context())
		answer(w, version, err)
	})
	mux.HandleFunc("POST /orders", c.carry)
	c.routeCaptures(mux)
	return mux
}

func (c *Control) carry(w http.ResponseWriter, r *http.Request) {
	var o LineOrder
	if err := decode(w, r, &o); err != nil {
		write(w, http.StatusBadRequest, Answer{Error: `the body must be {"line": LINE}`})
		return
	}
	done, err := c.Carry(r.Context(), o.Line)
	if err != nil {
		write(w, captureStatus(err), Answer{Error: err.Error()})
		return
	}
	write(w, http.StatusOK, LineAnswer{done})
}

// decode reads a small body of JSON.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// list looks at the folder first, as far as the client has patience.
func (c *Control) list(w http.ResponseWriter, r *http.Request) {
	if err := c.Models.Refresh(r.Context()); err != nil {
		answer(w, nil, err)
		return
	}
	write(w, http.StatusOK, c.Models.List())
}

func order(do func(ctx context.Context, name string) (*storage.Version, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var o Order
		if err := decode(w, r, &o); err != nil || o.Model == "" {
			write(w, http.StatusBadRequest, Answer{Error: `the body must be {"model": NAME}`})
			return
		}
		version, err := do(r.Context(), o.Model)
		answer(w, version, err)
	}
}

func answer(w http.ResponseWriter, version *storage.Version, err error) {
	var unknown *storage.UnknownModelError
	switch {
	case errors.As(err, &unknown):
		write(w, http.StatusNotFound, Answer{Error: err.Error()})
	case err != nil:
		write(w, http.StatusConflict, Answer{Error: err.Error()})
	case version != nil:
		write(w, http.StatusOK, Answer{Model: version.ID()})
	default:
		write(w, http.StatusOK, Answer{})
	}
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client is gone
}
