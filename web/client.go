package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"syscall"

	"edged/storage"
)

// maxAnswer bounds what a client reads.
const maxAnswer = 64 << 20

// ErrNoDaemon says that nobody answers on the control socket.
var ErrNoDaemon = errors.New("no daemon answers")

// Client asks a running daemon through its control socket.
type Client struct {
	socket string
	http   http.Client
}

// NewClient returns a client for the daemon that listens on socket. It connects
// with each request.
func NewClient(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return &Client{socket: socket, http: http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Status asks what the daemon is doing.
func (c *Client) Status(ctx context.Context) (*Status, error) {
	var s Status
	return &s, c.do(ctx, http.MethodGet, "/status", nil, &s)
}

// List asks for the state of all models.
func (c *Client) List(ctx context.Context) ([]storage.Status, error) {
	var list []storage.Status
	return list, c.do(ctx, http.MethodGet, "/models", nil, &list)
}

// Use has the daemon serve the named model and returns its version.
func (c *Client) Use(ctx context.Context, name string) (string, error) {
	return c.order(ctx, "/models/use", Order{name})
}

// Unpin has the daemon serve the newest model again and returns its version.
func (c *Client) Unpin(ctx context.Context) (string, error) {
	return c.order(ctx, "/models/unpin", nil)
}

// Rollback has the daemon serve the model before and returns its version.
func (c *Client) Rollback(ctx context.Context) (string, error) {
	return c.order(ctx, "/models/rollback", nil)
}

// Verify has the daemon check the named model.
func (c *Client) Verify(ctx context.Context, name string) error {
	_, err := c.order(ctx, "/models/verify", Order{name})
	return err
}

// Carry has the daemon carry out a line as it may come by a serial port and
// returns what it did.
func (c *Client) Carry(ctx context.Context, line string) (string, error) {
	var a LineAnswer
	err := c.do(ctx, http.MethodPost, "/orders", LineOrder{line}, &a)
	return a.Done, err
}

// Captures asks for all captures in the order of their arrival.
func (c *Client) Captures(ctx context.Context) ([]storage.Capture, error) {
	var list []storage.Capture
	return list, c.do(ctx, http.MethodGet, "/captures", nil, &list)
}

// Relabel has the daemon give a capture another label.
func (c *Client) Relabel(ctx context.Context, name, label string) (storage.Capture, error) {
	var p storage.Capture
	err := c.do(ctx, http.MethodPost, "/captures/relabel", CaptureOrder{name, label}, &p)
	return p, err
}

// Remove has the daemon remove a capture.
func (c *Client) Remove(ctx context.Context, name string) (storage.Capture, error) {
	var p storage.Capture
	err := c.do(ctx, http.MethodPost, "/captures/remove", CaptureOrder{Capture: name}, &p)
	return p, err
}

// Add has the daemon keep a picture under a label.
func (c *Client) Add(ctx context.Context, label, name string, data []byte) (storage.Capture, error) {
	var p storage.Capture
	query := url.Values{"label": {label}, "name": {name}}
	err := c.send(ctx, http.MethodPost, "/captures?"+query.Encode(), data, &p)
	return p, err
}

func (c *Client) order(ctx context.Context, path string, body any) (string, error) {
	var a Answer
	err := c.do(ctx, http.MethodPost, path, body, &a)
	return a.Model, err
}

// do sends a request and decodes the answer. The error wraps ErrNoDaemon where
// nobody listens.
func (c *Client) do(ctx context.Context, method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.send(ctx, method, path, text, into)
}

// send is do for a body that is encoded already.
func (c *Client) send(ctx context.Context, method, path string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, "http://edged"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w on %s", ErrNoDaemon, c.socket)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s may not be used: join the group that owns it, or run as root", c.socket)
	case err != nil:
		return fmt.Errorf("the daemon does not answer: %w", err)
	}
	defer response.Body.Close()
	decoder := json.NewDecoder(io.LimitReader(response.Body, maxAnswer))
	if response.StatusCode == http.StatusOK {
		return decoder.Decode(into)
	}
	var refused Answer
	if err := decoder.Decode(&refused); err != nil || refused.Error == "" {
		return fmt.Errorf("the daemon answers %s", response.Status)
	}
	if response.StatusCode == http.StatusInsufficientStorage {
		return &fullError{refused.Error}
	}
	return errors.New(refused.Error)
}

// fullError is storage.ErrFull in the daemon's words.
type fullError struct{ text string }

// Error is what the daemon said.
func (e *fullError) Error() string { return e.text }

// Unwrap is storage.ErrFull.
func (e *fullError) Unwrap() error { return storage.ErrFull }
