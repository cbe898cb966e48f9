package outputs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/warthog618/go-gpiocdev"
	"golang.org/x/sys/unix"
)

// GPIO is a line of a GPIO chip that is active while a label is shown.
type GPIO struct {
	// Chip is a device as "gpiochip0", or what the chip calls itself, as
	// "pinctrl-rp1"; "" stands for the chip that has a line of that name.
	Chip string
	Line string // the line's number on the chip, or its name
	// ActiveLow has the line low while it is active.
	ActiveLow bool
}

// String implements Device.
func (g GPIO) String() string {
	if g.Chip == "" {
		return "gpio " + g.Line
	}
	return "gpio " + g.Chip + " " + g.Line
}

// Open implements Device. The line is inactive then.
func (g GPIO) Open() (Opened, error) {
	chip, offset, err := g.find()
	if err != nil {
		return nil, err
	}
	path := filepath.Join("/dev", chip)
	file, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	options := []gpiocdev.LineReqOption{gpiocdev.WithConsumer("edged"), gpiocdev.AsOutput(0)}
	if g.ActiveLow {
		options = append(options, gpiocdev.AsActiveLow)
	}
	line, err := gpiocdev.RequestLine(chip, offset, options...)
	if err != nil {
		return nil, requesting(path, g.Line, err)
	}
	return &openGPIO{path, file, line}, nil
}

// requesting says why a line can't be had, and what to do.
func requesting(path, line string, err error) error {
	switch {
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("line %s of %s is used by another program or driver: `gpioinfo` shows which", line, path)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("%s may not be opened: add the user to group gpio", path)
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return fmt.Errorf("%s is gone: %w", path, os.ErrNotExist)
	}
	return fmt.Errorf("line %s of %s can't be used: %w", line, path, err)
}

// find returns the chip's name under /dev and the line's number.
func (g GPIO) find() (chip string, offset int, err error) {
	offset, err = strconv.Atoi(g.Line)
	numbered := err == nil
	wanted := strings.TrimPrefix(g.Chip, "/dev/")
	for _, name := range gpiocdev.Chips() {
		c, err := gpiocdev.NewChip(name)
		if err != nil {
			if wanted == name {
				return "", 0, requesting("/dev/"+name, g.Line, err)
			}
			continue
		}
		named := wanted == "" || wanted == name || wanted == c.Label
		lines := c.Lines()
		at, err := offset, error(nil)
		if named && !numbered {
			at, err = c.FindLine(g.Line)
		}
		c.Close()
		switch {
		case !named, err != nil:
		case at < 0 || at >= lines:
			return "", 0, fmt.Errorf("%s has no line %d: it has %d, the first is 0", name, at, lines)
		default:
			return name, at, nil
		}
	}
	if g.Chip == "" {
		return "", 0, fmt.Errorf("no GPIO chip has a line %q: %w", g.Line, os.ErrNotExist)
	}
	return "", 0, fmt.Errorf("there is no GPIO chip %s with a line %s: %w", g.Chip, g.Line, os.ErrNotExist)
}

type openGPIO struct {
	path string
	file os.FileInfo
	line *gpiocdev.Line
}

// Show implements Opened.
func (g *openGPIO) Show(label string, _ float32) error {
	value := 0
	if label != "" {
		value = 1
	}
	if err := g.line.SetValue(value); err != nil {
		return requesting(g.path, strconv.Itoa(g.line.Offset()), err)
	}
	return nil
}

// Check implements Opened.
func (g *openGPIO) Check() error { return sameFile(g.path, g.file) }

// Close implements Opened.
func (g *openGPIO) Close() {
	_ = g.line.SetValue(0) // a chip that is gone has no level
	_ = g.line.Close()
}
