package capture

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"go.bug.st/serial"
)

// SerialOptions configure a Serial.
type SerialOptions struct {
	// Port is a path, best one that stays the same such as /dev/serial/by-id/...,
	// or "usb:VENDOR:PRODUCT" or "usb:VENDOR:PRODUCT:SERIAL".
	Port string
	Mode SerialMode
	// Codes are the labels of bare lines.
	Codes Codes
	// Handle carries an order out and returns what it did, as "M4-screw 17", or
	// why it could not. It is called by one goroutine.
	Handle func(ctx context.Context, o Order) (done string, err error)
	// Changed hears of each change of state; it must be quick.
	Changed func(SerialStatus)
	Logger  *slog.Logger
}

// SerialMode is how bits travel; the zero value of each field is the usual one.
type SerialMode struct {
	Speed    int    // bits a second; 0 means 9600
	DataBits int    // 5 to 8; 0 means 8
	Parity   string // "none", "odd" or "even"; "" means none
	StopBits int    // 1 or 2; 0 means 1
}

// mode translates m, or says what is wrong with it.
func (m SerialMode) mode() (*serial.Mode, error) {
	parity, ok := map[string]serial.Parity{"": serial.NoParity, "none": serial.NoParity, "odd": serial.OddParity, "even": serial.EvenParity}[m.Parity]
	stop, known := map[int]serial.StopBits{0: serial.OneStopBit, 1: serial.OneStopBit, 2: serial.TwoStopBits}[m.StopBits]
	switch {
	case !ok:
		return nil, fmt.Errorf("the parity %q must be none, odd or even", m.Parity)
	case !known:
		return nil, fmt.Errorf("the stop bits are %d and must be 1 or 2", m.StopBits)
	case m.DataBits != 0 && (m.DataBits < 5 || m.DataBits > 8):
		return nil, fmt.Errorf("the data bits are %d and must be 5 to 8", m.DataBits)
	case m.Speed < 0 || m.Speed > 4_000_000:
		return nil, fmt.Errorf("the speed is %d and must be at most 4000000 bits a second", m.Speed)
	}
	mode := &serial.Mode{BaudRate: m.Speed, DataBits: m.DataBits, Parity: parity, StopBits: stop}
	if mode.BaudRate == 0 {
		mode.BaudRate = 9600
	}
	if mode.DataBits == 0 {
		mode.DataBits = 8
	}
	return mode, nil
}

// Check refuses modes that no port has.
func (m SerialMode) Check() error {
	_, err := m.mode()
	return err
}

// Serial takes orders, a line each, from a serial port and answers each with a
// line: "ok ..." or "error ...". A port that is not there, goes or comes back is
// a state and no error.
type Serial struct {
	o      SerialOptions
	status serialRecord
}

const (
	// readPatience is how long a read waits before the context is looked at.
	readPatience = 250 * time.Millisecond

	// portRescan is how often an absent port is looked for when nothing hints at
	// a change of /dev.
	portRescan = 2 * time.Second

	// After an order that took longer than shortWork the port rests as long as it
	// took, so that a flood of labels leaves half of a core to the frames.
	shortWork   = time.Millisecond
	longestRest = 250 * time.Millisecond
)

// NewSerial returns a Serial whose work is done by Run.
func NewSerial(o SerialOptions) *Serial {
	if o.Changed == nil {
		o.Changed = func(SerialStatus) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Serial{o: o}
	s.status.status = SerialStatus{Port: o.Port, State: SerialAbsent, Since: time.Now()}
	return s
}

// Status is how the port fares.
func (s *Serial) Status() SerialStatus { return s.status.read() }

// Run serves the port whenever it is there, until ctx ends.
func (s *Serial) Run(ctx context.Context) error {
	if err := s.o.Mode.Check(); err != nil {
		return err
	}
	changes := watchPorts(s.o.Port, s.o.Logger)
	defer changes.close()
	var wait backoff
	var plugged plugging
	for ctx.Err() == nil {
		began := time.Now()
		err := s.serve(ctx)
		if ctx.Err() != nil {
			break
		}
		if plugged.bears(err) {
			changes.await(ctx, plugLook)
			continue
		}
		if time.Since(began) > healthy {
			wait.reset()
		}
		if PortAbsent(err) {
			s.enter(SerialAbsent, "", err.Error())
			wait.reset()
			changes.await(ctx, portRescan)
			continue
		}
		s.enter(SerialFailed, "", err.Error())
		changes.await(ctx, min(wait.next(), portRescan))
	}
	s.enter(SerialStopped, "", "")
	return nil
}

// PortAbsent tells an error of OpenPort or of a port's use that means that the
// port isn't there from one that means that it can't be used.
func PortAbsent(err error) bool {
	var port *serial.PortError
	return errors.Is(err, fs.ErrNotExist) || errors.As(err, &port) && port.Code() == serial.PortNotFound
}

// OpenPort opens a serial port by a name as SerialOptions.Port has it, and
// returns its path, too. What comes by it can be read, what is written goes out.
func OpenPort(name string, m SerialMode) (port serial.Port, path string, err error) {
	mode, err := m.mode()
	if err != nil {
		return nil, "", err
	}
	if path, err = findPort(name); err != nil {
		return nil, "", err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, "", err
	}
	if port, err = serial.Open(path, mode); err != nil {
		return nil, "", opening(path, err)
	}
	return port, path, nil
}

// serve opens the port and reads it until it fails, or ctx ends.
func (s *Serial) serve(ctx context.Context) error {
	port, path, err := OpenPort(s.o.Port, s.o.Mode)
	if err != nil {
		return err
	}
	answers := NewLineWriter(port)
	defer answers.Close()
	if err := port.SetReadTimeout(readPatience); err != nil {
		return fmt.Errorf("%s can't be read: %w", path, err)
	}
	s.enter(SerialOpen, path, "")
	return s.read(ctx, port, path, answers)
}

// opening says why a port can't be opened, and what to do.
func opening(path string, err error) error {
	var port *serial.PortError
	if errors.As(err, &port) {
		switch port.Code() {
		case serial.PermissionDenied:
			return deniedError{path}
		case serial.PortBusy:
			return fmt.Errorf("%s is used by another program: end it (a modem manager, a console on this port)", path)
		case serial.PortNotFound:
			return err
		}
	}
	return fmt.Errorf("%s can't be opened: %w", path, err)
}

// read takes lines until the port fails, or ctx ends. The rest of a line that
// was cut off by the port's end is dropped.
func (s *Serial) read(ctx context.Context, port serial.Port, path string, answers *LineWriter) error {
	var cut lines
	var first time.Time // arrival of the line's first byte
	buffer := make([]byte, 4096)
	for ctx.Err() == nil {
		n, err := port.Read(buffer)
		if err != nil {
			return fmt.Errorf("%s is gone: %w", path, err)
		}
		now := time.Now()
		if !cut.begun() {
			first = now
		}
		cut.feed(buffer[:n], func(text string, err error) {
			began := time.Now()
			s.line(ctx, text, err, Order{Port: "serial:" + path, Time: first}, answers)
			first = now
			if took := time.Since(began); took > shortWork {
				pause(ctx, min(took, longestRest))
			}
		})
	}
	return nil
}

// line carries a line out and answers it.
func (s *Serial) line(ctx context.Context, text string, err error, from Order, answers *LineWriter) {
	if err == nil && isAnswer(text) {
		s.status.change(func(st *SerialStatus) { st.Echoes++ })
		return
	}
	var order Order
	var done string
	if err == nil {
		order, err = ParseOrder(text, s.o.Codes)
		order.Port, order.Time = from.Port, from.Time
	}
	if err == nil {
		done, err = s.o.Handle(ctx, order)
	}
	lost := !answers.Send(answer(done, err))
	first := false
	s.status.change(func(st *SerialStatus) {
		if lost {
			st.Unanswered++
		}
		if err == nil {
			st.Orders++
			return
		}
		first = st.Refused == 0
		st.Refused++
		st.LastError = err.Error()
	})
	if first {
		s.o.Logger.Warn("a line from a serial port is refused; further ones are counted in the status", "port", from.Port, "error", err)
	}
}

// enter notes a state and tells of it if it is another.
func (s *Serial) enter(state SerialState, path, reason string) {
	if changed, status := s.status.enter(state, path, reason); changed {
		s.o.Logger.Info("serial port", "port", s.o.Port, "state", state, "reason", reason)
		s.o.Changed(status)
	}
}
