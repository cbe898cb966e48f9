package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"edged/storage/folder"
)

const (
	labelsFile  = "labels.txt"
	indicesFile = "class_indices.json"

	// MaxLabel is how many characters a label may have.
	MaxLabel = 64

	maxLabels    = 1 << 16
	maxLabelText = 4 << 20 // bytes of a file of labels
)

// CheckLabel refuses names that can't be the label of a class and the name of
// its folder of captures: a label is UTF-8, has 1 to 64 characters, none of
// which is a path separator or a control character, and does not start with a
// dot or start or end with a space.
func CheckLabel(label string) error {
	switch {
	case label == "":
		return errors.New("a label is empty")
	case !utf8.ValidString(label):
		return fmt.Errorf("the label %q is not UTF-8", label)
	case utf8.RuneCountInString(label) > MaxLabel:
		return fmt.Errorf("the label %q has %d characters and may have %d", label, utf8.RuneCountInString(label), MaxLabel)
	case label[0] == '.':
		return fmt.Errorf("the label %q starts with a dot", label)
	case strings.TrimSpace(label) != label:
		return fmt.Errorf("the label %q starts or ends with a space", label)
	}
	for _, r := range label {
		if r == '/' || r == '\\' || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return fmt.Errorf("the label %q has the character %q, which no label may have", label, r)
		}
	}
	return nil
}

func checkLabels(labels []string) error {
	if len(labels) > maxLabels {
		return fmt.Errorf("there are more than %d labels", maxLabels)
	}
	for i, label := range labels {
		if err := CheckLabel(label); err != nil {
			return fmt.Errorf("class %d: %w", i, err)
		}
	}
	return nil
}

// numbers names classes by number, as is done without labels.
func numbers(count int) []string {
	labels := make([]string, count)
	for i := range labels {
		labels[i] = strconv.Itoa(i)
	}
	return labels
}

// readLabels reads labels.txt, or class_indices.json where there is none, and
// tells which. Without either it returns nil.
func readLabels(dir *folder.Folder) (labels []string, file string, err error) {
	file, parse := labelsFile, parseLabels
	if !dir.Has(file) {
		file, parse = indicesFile, parseIndices
	}
	if !dir.Has(file) {
		return nil, "", nil
	}
	data, err := dir.Read(file, maxLabelText)
	if err != nil {
		return nil, file, err
	}
	if labels, err = parse(data); err == nil {
		err = checkLabels(labels)
	}
	if err != nil {
		return nil, file, folder.Damaged(file, "%w", err)
	}
	return labels, file, nil
}

// parseLabels reads one label a line, in the order of the outputs. Lines "0
// name", "1 name" ..., as Teachable Machine writes them, lose their number.
func parseLabels(text []byte) ([]string, error) {
	lines, err := parseLines(text)
	if err != nil {
		return nil, err
	}
	named := make([]string, len(lines))
	for i, line := range lines {
		name, ok := strings.CutPrefix(line, strconv.Itoa(i)+" ")
		if !ok {
			return lines, nil
		}
		named[i] = strings.TrimSpace(name)
	}
	return named, nil
}

// parseLines reads one label a line. Spaces round it and empty lines at the end
// don't count.
func parseLines(text []byte) ([]string, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	lines := strings.Split(string(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return nil, errors.New("it has no labels")
	}
	return lines, nil
}

// parseIndices reads what Keras's image generators call class_indices: an
// object of each label's number, 0 to n-1.
func parseIndices(text []byte) ([]string, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is not a JSON object of a number for each label")
	}
	byNumber := map[int]string{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var number int
		if err := d.Decode(&number); err != nil {
			return nil, fmt.Errorf("label %q: %w", key, err)
		}
		if other, ok := byNumber[number]; ok {
			return nil, fmt.Errorf("the labels %q and %q have the same number %d", other, key, number)
		}
		byNumber[number] = key.(string)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after its JSON object")
	}
	if len(byNumber) == 0 {
		return nil, errors.New("it has no labels")
	}
	labels := make([]string, len(byNumber))
	for i := range labels {
		label, ok := byNumber[i]
		if !ok {
			return nil, fmt.Errorf("no label has the number %d of %d", i, len(labels))
		}
		labels[i] = label
	}
	return labels, nil
}
