package disk

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// The numbers are those of the NBD protocol's description, doc/proto.md of the
// project NetworkBlockDevice/nbd.
const (
	magicServer  = 0x4e42444d41474943 // "NBDMAGIC"
	magicOption  = 0x49484156454f5054 // "IHAVEOPT"
	magicReply   = 0x3e889045565a9
	magicRequest = 0x25609513
	magicAnswer  = 0x67446698

	flagFixedNewstyle = 1 << 0
	flagNoZeroes      = 1 << 1

	optionExportName = 1
	optionAbort      = 2
	optionGo         = 7

	replyAck         = 1
	replyInfo        = 3
	replyUnsupported = 1<<31 + 1

	exportHasFlags  = 1 << 0
	exportSendFlush = 1 << 2
	exportSendFUA   = 1 << 3

	commandRead       = 0
	commandWrite      = 1
	commandDisconnect = 2
	commandFlush      = 3

	commandFlagFUA = 1 << 0

	errorInvalid = 22
)

// maxRequest bounds what one request reads or writes.
const maxRequest = 32 << 20

// Serve serves the disk by the NBD protocol to one client after another, until
// ctx ends.
func (d *Disk) Serve(ctx context.Context, l net.Listener) error {
	for {
		conn, err := accept(ctx, l)
		if err != nil || ctx.Err() != nil {
			return err
		}
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		err = d.serve(conn)
		stop()
		conn.Close()
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
}

func accept(ctx context.Context, l net.Listener) (net.Conn, error) {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	conn, err := l.Accept()
	if ctx.Err() != nil {
		if err == nil {
			conn.Close()
		}
		return nil, nil
	}
	return conn, err
}

// serve serves one client. One that hangs up is no error.
func (d *Disk) serve(conn io.ReadWriter) error {
	chosen, err := d.negotiate(conn)
	for err == nil && chosen {
		chosen, err = d.answer(conn)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil // power is gone
	}
	var gone *net.OpError
	if errors.As(err, &gone) {
		return nil
	}
	return err
}

func send(w io.Writer, values ...any) error {
	var out []byte
	for _, v := range values {
		var err error
		if out, err = binary.Append(out, binary.BigEndian, v); err != nil {
			return err
		}
	}
	_, err := w.Write(out)
	return err
}

// negotiate tells whether the client chose the disk.
func (d *Disk) negotiate(conn io.ReadWriter) (bool, error) {
	if err := send(conn, uint64(magicServer), uint64(magicOption), uint16(flagFixedNewstyle|flagNoZeroes)); err != nil {
		return false, err
	}
	var flags uint32
	if err := binary.Read(conn, binary.BigEndian, &flags); err != nil {
		return false, err
	}
	for {
		var option struct {
			Magic      uint64
			Code, Size uint32
		}
		if err := binary.Read(conn, binary.BigEndian, &option); err != nil {
			return false, err
		}
		if option.Magic != magicOption || option.Size > maxRequest {
			return false, fmt.Errorf("the client's option has the magic number %#x and %d bytes", option.Magic, option.Size)
		}
		if _, err := io.CopyN(io.Discard, conn, int64(option.Size)); err != nil {
			return false, err
		}
		reply := func(kind uint32) error {
			return send(conn, uint64(magicReply), option.Code, kind, uint32(0))
		}
		switch option.Code {
		case optionExportName:
			values := []any{uint64(d.Size()), uint16(exportHasFlags | exportSendFlush | exportSendFUA)}
			if flags&flagNoZeroes == 0 {
				values = append(values, [124]byte{})
			}
			return true, send(conn, values...)
		case optionGo:
			values := []any{uint64(magicReply), option.Code, uint32(replyInfo), uint32(12), uint16(0), uint64(d.Size()), uint16(exportHasFlags | exportSendFlush | exportSendFUA)}
			if err := send(conn, values...); err != nil {
				return false, err
			}
			return true, reply(replyAck)
		case optionAbort:
			return false, reply(replyAck)
		default:
			if err := reply(replyUnsupported); err != nil {
				return false, err
			}
		}
	}
}

// answer carries one request out and tells whether another may follow.
func (d *Disk) answer(conn io.ReadWriter) (bool, error) {
	var r struct {
		Magic       uint32
		Flags, Kind uint16
		Handle      uint64
		Offset      uint64
		Size        uint32
	}
	if err := binary.Read(conn, binary.BigEndian, &r); err != nil {
		return false, err
	}
	if r.Magic != magicRequest || r.Size > maxRequest {
		return false, fmt.Errorf("the client's request has the magic number %#x and %d bytes", r.Magic, r.Size)
	}
	var data []byte
	if r.Kind == commandWrite {
		data = make([]byte, r.Size)
		if _, err := io.ReadFull(conn, data); err != nil {
			return false, err
		}
	}
	inside := r.Offset <= uint64(d.Size()) && uint64(r.Size) <= uint64(d.Size())-r.Offset
	failed := uint32(0)
	switch {
	case r.Kind == commandDisconnect:
		return false, nil
	case r.Kind == commandFlush:
		d.flush()
	case r.Kind == commandWrite && inside && r.Size > 0:
		d.write(data, int64(r.Offset), r.Flags&commandFlagFUA != 0)
	case r.Kind == commandRead && inside:
		data = make([]byte, r.Size)
		d.read(data, int64(r.Offset))
	default:
		failed = errorInvalid
	}
	if failed != 0 || r.Kind != commandRead {
		data = nil
	}
	return true, send(conn, uint32(magicAnswer), failed, r.Handle, data)
}
