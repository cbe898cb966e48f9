package capture

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// OrderKind says what an Order asks for.
type OrderKind string

// The orders that a line can give.
const (
	OrderLabel  OrderKind = "label"  // keep what the camera sees now
	OrderUndo   OrderKind = "undo"   // take the last label back
	OrderFit    OrderKind = "fit"    // learn now
	OrderStatus OrderKind = "status" // tell what there is
)

// Order is what a person or a scanner asks of the daemon.
type Order struct {
	Kind  OrderKind
	Label string    // of OrderLabel; empty for the current one, as a button sends it
	Port  string    // by which it came, as "serial:/dev/ttyUSB0"
	Time  time.Time // when its first byte came
}

// Codes turn bare lines, as a barcode scanner sends them, into labels.
type Codes struct {
	// Labels are the labels of known codes.
	Labels map[string]string
	// Pattern must match a code that Labels does not have, from its first to its
	// last character; nil refuses all of them.
	Pattern *regexp.Regexp
	// Expand is the label of a code that Pattern matches, in regexp's syntax, as
	// "$1"; empty stands for the whole code.
	Expand string
}

// label returns the label of a code.
func (c Codes) label(code string) (string, error) {
	if label, ok := c.Labels[code]; ok {
		return label, nil
	}
	if c.Pattern == nil {
		return "", fmt.Errorf("%q is no order: send label:NAME, undo, fit or status", code)
	}
	match := c.Pattern.FindStringSubmatchIndex(code)
	if match == nil || match[0] != 0 || match[1] != len(code) {
		return "", fmt.Errorf("no label is known for %q", code)
	}
	if c.Expand == "" {
		return code, nil
	}
	return string(c.Pattern.ExpandString(nil, c.Expand, code, match)), nil
}

// ParseOrder reads a line without its end:
//
//	label:NAME   label now as NAME
//	label        label now with the current name
//	undo, fit, status
//	CODE         label now with the code's label
//
// Spaces round the line and round NAME don't count, and neither does the case of
// the orders. An error is one sentence that can be sent back.
func ParseOrder(line string, codes Codes) (Order, error) {
	if !utf8.ValidString(line) {
		return Order{}, fmt.Errorf("the line is not UTF-8")
	}
	line = strings.TrimSpace(line)
	if i := strings.IndexFunc(line, unicode.IsControl); i >= 0 {
		return Order{}, fmt.Errorf("the line has the character %q", line[i])
	}
	word, name, named := strings.Cut(line, ":")
	switch kind := OrderKind(strings.ToLower(word)); kind {
	case OrderLabel:
		name = strings.TrimSpace(name)
		if named && name == "" {
			return Order{}, fmt.Errorf("label: needs a name")
		}
		return Order{Kind: kind, Label: name}, nil
	case OrderUndo, OrderFit, OrderStatus:
		if !named {
			return Order{Kind: kind}, nil
		}
	case "":
		return Order{}, fmt.Errorf("the line is empty")
	}
	label, err := codes.label(line)
	return Order{Kind: OrderLabel, Label: label}, err
}
