package train

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"edged/storage"
	"edged/storage/picture"
)

// Waiting is a label whose captures are too few to be learned.
type Waiting struct {
	Label    string `json:"label"`
	Captures int    `json:"captures"` // that may be trained on
}

// captureSet is what of a folder of captures is trained on and what is held out.
type captureSet struct {
	labels   []string // the model's, then those that are new
	training []Sample
	heldOut  []Sample
	waiting  []Waiting
	unseen   []string // labels of the model without captures or exemplars to train on
	left     int      // captures that are beyond the limit

	// Exemplars, where captures are few.
	rehearsed, rehearsedHeldOut []exemplar
}

// exemplar is a picture that is kept with the model.
type exemplar struct {
	Sample
	picture []byte
}

// readCaptures lists the captures. A new label needs least captures that are not
// held out. No more than limit captures are taken: the same number of every
// class, as far as there are so many, the newest first. Exemplars stand for known
// labels that have fewer than 16.
func readCaptures(dir string, known []string, exemplars []storage.Exemplar, least, limit int) (*captureSet, error) {
	folders, err := Labels(dir)
	if err != nil && len(folders) != 1 {
		return nil, err
	}
	set := &captureSet{labels: slices.Clone(known)}
	training, heldOut := map[string][]string{}, map[string][]string{}
	for _, label := range folders {
		if err := storage.CheckLabel(label); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		files, err := capturesOf(filepath.Join(dir, label))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if storage.HeldOut(filepath.Base(file)) {
				heldOut[label] = append(heldOut[label], file)
			} else {
				training[label] = append(training[label], file)
			}
		}
		if slices.Contains(known, label) {
			continue
		}
		if n := len(training[label]); n < least {
			set.waiting = append(set.waiting, Waiting{label, n})
			continue
		}
		set.labels = append(set.labels, label)
	}
	for class, label := range known {
		rehearsed := set.rehearse(class, label, exemplars, len(training[label]), len(heldOut[label]))
		if len(training[label])+rehearsed == 0 {
			set.unseen = append(set.unseen, label)
		}
	}
	var left, more int
	set.training, left = take(set.labels, training, limit*4/5)
	set.heldOut, more = take(set.labels, heldOut, limit/5)
	set.left = left + more
	if len(set.training) == 0 {
		return nil, fmt.Errorf("%s: there are no captures to learn from; a new label needs %d of them", dir, least)
	}
	first := set.training[0].Class
	if !slices.ContainsFunc(set.training, func(s Sample) bool { return s.Class != first }) &&
		!slices.ContainsFunc(set.rehearsed, func(e exemplar) bool { return e.Class != first }) {
		return nil, fmt.Errorf("%s: there are captures to learn from of %q alone, and any picture would be taken for it: give captures of something else as well", dir, set.labels[first])
	}
	return set, nil
}

// rehearse takes exemplars of a label that has so many captures, if those to train
// on are few, and tells how many are to be trained on.
func (c *captureSet) rehearse(class int, label string, exemplars []storage.Exemplar, training, heldOut int) int {
	if training >= rehearsed {
		return 0
	}
	taken := 0
	for i, e := range exemplars {
		if e.Label != label {
			continue
		}
		one := exemplar{Sample{fmt.Sprintf("exemplar %d, of %s", i, label), class}, e.Picture}
		switch {
		case e.Validation && heldOut < rehearsedHeldOut:
			heldOut++
			c.rehearsedHeldOut = append(c.rehearsedHeldOut, one)
		case !e.Validation && training+taken < rehearsed:
			taken++
			c.rehearsed = append(c.rehearsed, one)
		}
	}
	return taken
}

// capturesOf lists the pictures of a class; there may be none.
func capturesOf(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || !slices.Contains(picture.Extensions(), strings.ToLower(filepath.Ext(name))) {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files, nil
}

// take takes the newest files of each label, the same number of each as far as
// there are so many, and limit together. It tells how many are left over.
func take(labels []string, files map[string][]string, limit int) (samples []Sample, left int) {
	total, most := 0, 0
	for _, label := range labels {
		total, most = total+len(files[label]), max(most, len(files[label]))
	}
	each := most
	for each > 0 && counted(labels, files, each) > limit {
		each--
	}
	for class, label := range labels {
		list := files[label]
		slices.SortFunc(list, func(a, b string) int {
			return cmp.Or(cmp.Compare(filepath.Base(b), filepath.Base(a)), cmp.Compare(a, b))
		})
		for _, file := range list[:min(each, len(list))] {
			samples = append(samples, Sample{file, class})
		}
	}
	return samples, total - len(samples)
}

func counted(labels []string, files map[string][]string, each int) int {
	n := 0
	for _, label := range labels {
		n += min(each, len(files[label]))
	}
	return n
}
