package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// closeTime is how long requests may go on once the server was told to end.
const closeTime = 300 * time.Millisecond

// Server answers HTTP requests on a listener.
type Server struct {
	Listener net.Listener
	Handler  http.Handler
}

// Run serves until ctx ends, then closes the listener.
func (s *Server) Run(ctx context.Context) error {
	server := &http.Server{
		Handler:           s.Handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       30 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
	failed := make(chan error, 1)
	go func() {
		defer close(failed)
		failed <- server.Serve(s.Listener)
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	err := server.Shutdown(closing)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	for range failed { // it ends by http.ErrServerClosed
	}
	return err
}
