package train

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"edged/storage/picture"
)

// Sample is a picture and the class that it belongs to.
type Sample struct {
	File  string
	Class int // index into the labels
}

// ListFolder finds the pictures in a folder of class folders, as Keras's
// image_dataset_from_directory reads it, class by class in the folders' order.
// A class folder has the name of a label; one that has none is an error, and so
// is a folder without any pictures. Names that start with a dot are passed over.
func ListFolder(dir string, labels []string) ([]Sample, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var samples []Sample
	found := false
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err != nil || !info.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		found = true
		class := slices.Index(labels, e.Name())
		if class < 0 {
			return nil, fmt.Errorf("%s: %q is none of the model's labels (%s): rename or remove the folder", dir, e.Name(), some(labels))
		}
		files, err := picture.Below(path)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			samples = append(samples, Sample{File: file, Class: class})
		}
	}
	switch {
	case !found:
		return nil, fmt.Errorf("%s: there are no class folders in it: put each class's pictures into a folder with the label's name (%s)", dir, some(labels))
	case len(samples) == 0:
		return nil, fmt.Errorf("%s: there are no pictures in its class folders", dir)
	}
	return samples, nil
}

// some lists the first labels.
func some(labels []string) string {
	const most = 10
	if len(labels) > most {
		return strings.Join(labels[:most], ", ") + ", ..."
	}
	return strings.Join(labels, ", ")
}
