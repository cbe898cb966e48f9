package disk

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client is the other side of the protocol.
type client struct {
	*testing.T
	net.Conn
}

func (c client) say(values ...any) {
	c.Helper()
	if err := send(c.Conn, values...); err != nil {
		c.Fatal(err)
	}
}

func (c client) hear(want ...any) {
	c.Helper()
	var text bytes.Buffer
	if err := send(&text, want...); err != nil {
		c.Fatal(err)
	}
	got := make([]byte, text.Len())
	if _, err := io.ReadFull(c.Conn, got); err != nil {
		c.Fatal(err)
	}
	if !bytes.Equal(got, text.Bytes()) {
		c.Fatalf("got % x, want % x", got, text.Bytes())
	}
}

// export is what a client is told of a disk of eight sectors.
var export = []any{uint64(8 * sector), uint16(exportHasFlags | exportSendFlush | exportSendFUA)}

func TestServe(t *testing.T) {
	d := New(sectors(8, 0))
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "disk"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- d.Serve(ctx, l) }()
	dial := func() client {
		conn, err := net.Dial("unix", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c := client{t, conn}
		c.hear(uint64(magicServer), uint64(magicOption), uint16(flagFixedNewstyle|flagNoZeroes))
		c.say(uint32(flagFixedNewstyle | flagNoZeroes))
		return c
	}

	c := dial()
	c.say(uint64(magicOption), uint32(8), uint32(0)) // structured replies
	c.hear(uint64(magicReply), uint32(8), uint32(replyUnsupported), uint32(0))
	c.say(uint64(magicOption), uint32(optionGo), uint32(6), uint32(0), uint16(0))
	c.hear(append([]any{uint64(magicReply), uint32(optionGo), uint32(replyInfo), uint32(12), uint16(0)}, export...)...)
	c.hear(uint64(magicReply), uint32(optionGo), uint32(replyAck), uint32(0))
	for _, step := range []struct {
		flags, kind uint16
		offset      uint64
		size        uint32
		data        []byte
		failed      uint32
		answer      []byte
	}{
		{0, commandWrite, 2 * sector, sector, sectors(1, 7), 0, nil},
		{0, commandRead, sector, 2 * sector, nil, 0, append(sectors(1, 0), sectors(1, 7)...)},
		{0, commandFlush, 0, 0, nil, 0, nil},
		{commandFlagFUA, commandWrite, 7 * sector, sector, sectors(1, 8), 0, nil},
		{0, commandWrite, 8 * sector, sector, sectors(1, 9), errorInvalid, nil},
		{0, commandRead, 1 << 63, sector, nil, errorInvalid, nil},
		{0, 4, 0, sector, nil, errorInvalid, nil},
	} {
		c.say(uint32(magicRequest), step.flags, step.kind, uint64(42), step.offset, step.size, step.data)
		c.hear(uint32(magicAnswer), step.failed, uint64(42), step.answer)
	}
	c.Close()
	if d.Position() != 3 {
		t.Errorf("the position is %d", d.Position())
	}
	if left := d.Cut(3, rand.New(rand.NewPCG(1, 1))); left[2*sector] != 7 || left[7*sector] != 8 {
		t.Error("flushed or forced writes are lost")
	}

	c = dial() // another one, after the power came back
	c.say(uint64(magicOption), uint32(optionExportName), uint32(0))
	c.hear(export...)
	c.say(uint32(magicRequest), uint16(0), uint16(commandDisconnect), uint64(1), uint64(0), uint32(0))
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %d bytes, %v", n, err)
	}
	c.Close()
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// wire is a client that has said all it will say.
type wire struct {
	io.Reader
	io.Writer
}

func FuzzServe(f *testing.F) {
	say := func(values ...any) []byte {
		var text bytes.Buffer
		if err := send(&text, values...); err != nil {
			f.Fatal(err)
		}
		return text.Bytes()
	}
	hello := []any{uint32(3), uint64(magicOption), uint32(optionExportName), uint32(0)}
	f.Add(say(hello...))
	f.Add(say(append(hello, uint32(magicRequest), uint16(0), uint16(commandWrite), uint64(1), uint64(sector), uint32(3), []byte("abc"))...))
	f.Add(say(append(hello, uint32(magicRequest), uint16(0), uint16(commandRead), uint64(1), ^uint64(0), uint32(sector))...))
	f.Add(say(append(hello, uint32(magicRequest), uint16(0), uint16(commandWrite), uint64(1), uint64(0), ^uint32(0))...))
	f.Add(binary.BigEndian.AppendUint32(nil, 1))
	f.Fuzz(func(t *testing.T, said []byte) {
		d := New(sectors(4, 0))
		err := d.serve(wire{bytes.NewReader(said), io.Discard})
		if err != nil && !strings.Contains(err.Error(), "magic number") {
			t.Error(err)
		}
		if left := d.Cut(d.Position(), rand.New(rand.NewPCG(1, 1))); len(left) != 4*sector {
			t.Errorf("the disk has %d bytes", len(left))
		}
	})
}
