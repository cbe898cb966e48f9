//go:build board

package boardtest

import (
	"encoding/json"
	"net"
	"testing"
	"time"
)

// monitor speaks QEMU's machine protocol (docs/interop/qmp-spec of QEMU).
type monitor struct {
	conn    net.Conn
	replies *json.Decoder
	events  []string
}

type reply struct {
	Return json.RawMessage
	Error  *struct{ Desc string }
	Event  string
}

func newMonitor(t *testing.T, conn net.Conn) *monitor {
	t.Helper()
	m := &monitor{conn: conn, replies: json.NewDecoder(conn)}
	m.next(t) // the greeting
	m.do(t, "qmp_capabilities", map[string]any{})
	return m
}

func (m *monitor) next(t *testing.T) reply {
	t.Helper()
	m.conn.SetDeadline(time.Now().Add(patience))
	var r reply
	if err := m.replies.Decode(&r); err != nil {
		t.Fatalf("QEMU's monitor: %v", err)
	}
	if r.Event != "" {
		m.events = append(m.events, r.Event)
	}
	return r
}

// do carries out a command, which must succeed.
func (m *monitor) do(t *testing.T, command string, arguments map[string]any) {
	t.Helper()
	m.conn.SetDeadline(time.Now().Add(patience))
	if err := json.NewEncoder(m.conn).Encode(map[string]any{"execute": command, "arguments": arguments}); err != nil {
		t.Fatal(err)
	}
	for {
		r := m.next(t)
		if r.Error != nil {
			t.Fatalf("%s: %s", command, r.Error.Desc)
		}
		if r.Return != nil {
			return
		}
	}
}

// await waits for an event since the last one of that name.
func (m *monitor) await(t *testing.T, name string) {
	t.Helper()
	for {
		for i, e := range m.events {
			if e == name {
				m.events = m.events[i+1:]
				return
			}
		}
		m.next(t)
	}
}
