package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"edged/storage"
)

// control serves an empty folder of models.
func control(t *testing.T) *Control {
	t.Helper()
	models, err := storage.OpenModels(storage.ModelsOptions{
		Folder: filepath.Join(t.TempDir(), "models"), State: t.TempDir(), Loader: storage.Engine{},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { models.Close() })
	return &Control{Status: func() Status { return Status{Version: "test"} }, Models: models}
}

func TestRequests(t *testing.T) {
	handler := control(t).Handler()
	tests := []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/status", "", http.StatusOK, `"version":"test"`},
		{"GET", "/models", "", http.StatusOK, "[]"},
		{"POST", "/models/use", `{"model":"a"}`, http.StatusNotFound, `there is no model \"a\"`},
		{"POST", "/models/verify", `{"model":"a"}`, http.StatusNotFound, `there is no model \"a\"`},
		{"POST", "/models/rollback", "", http.StatusConflict, "no earlier version"},
		{"POST", "/models/use", `{"model":""}`, http.StatusBadRequest, "the body must be"},
		{"POST", "/models/use", `{"name":"a"}`, http.StatusBadRequest, "the body must be"},
		{"POST", "/models/use", `{"model":"` + strings.Repeat("a", maxBody) + `"}`, http.StatusBadRequest, "the body must be"},
		{"GET", "/models/use", "", http.StatusMethodNotAllowed, ""},
		{"GET", "/", "", http.StatusNotFound, ""},
	}
	for _, test := range tests {
		t.Run(test.method+test.path, func(t *testing.T) {
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequest(test.method, test.path, strings.NewReader(test.body)))
			text, _ := io.ReadAll(recorder.Body)
			if recorder.Code != test.status || !strings.Contains(string(text), test.want) {
				t.Errorf("got %d %s, want %d and %q", recorder.Code, text, test.status, test.want)
			}
			if test.want != "" && !json.Valid(text) {
				t.Errorf("not JSON: %s", text)
			}
		})
	}
}

func TestClientWithoutADaemon(t *testing.T) {
	_, err := NewClient(filepath.Join(t.TempDir(), "control.sock")).Status(t.Context())
	if !errors.Is(err, ErrNoDaemon) {
		t.Errorf("got %v, want %v", err, ErrNoDaemon)
	}
}
