package train

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Labels are the names of the class folders in dir, in the order in which Keras
// numbers classes: by their bytes. Names that start with a dot are passed over.
// Fewer than two classes are an error.
func Labels(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var labels []string
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && info.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			labels = append(labels, e.Name())
		}
	}
	slices.Sort(labels)
	switch len(labels) {
	case 0:
		return nil, fmt.Errorf("%s: there are no class folders in it: put each class's pictures into a folder with the label's name", dir)
	case 1:
		return nil, fmt.Errorf("%s: there is only the class %q: a classifier needs pictures of two or more", dir, labels[0])
	}
	return labels, nil
}

// SplitFolders parts samples as flow_from_directory with validation_split does:
// of each class, in the order of its files, the first share is for validation.
// Samples must be in ListFolder's order.
func SplitFolders(samples []Sample, share float64) (training, validation []Sample) {
	for len(samples) > 0 {
		n := slices.IndexFunc(samples, func(s Sample) bool { return s.Class != samples[0].Class })
		if n < 0 {
			n = len(samples)
		}
		cut := int(share * float64(n))
		validation = append(validation, samples[:cut]...)
		training = append(training, samples[cut:n]...)
		samples = samples[n:]
	}
	return training, validation
}

// SplitDataset parts samples as image_dataset_from_directory with
// validation_split and seed does: all are shuffled together, and the last share
// is for validation.
func SplitDataset(samples []Sample, share float64, seed uint32) (training, validation []Sample) {
	all := slices.Clone(samples)
	newMersenne(seed).shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	cut := len(all) - int(share*float64(len(all)))
	return all[:cut], all[cut:]
}

// CheckClasses refuses a class without pictures.
func CheckClasses(samples []Sample, labels []string) error {
	counts := make([]int, len(labels))
	for _, s := range samples {
		counts[s.Class]++
	}
	if i := slices.Index(counts, 0); i >= 0 {
		return fmt.Errorf("there are no pictures of %q to train on: add some, or remove the folder", labels[i])
	}
	return nil
}

// ClassWeights are weights with which each class counts the same: samples by
// classes and samples of the class.
func ClassWeights(samples []Sample, classes int) []float32 {
	counts := make([]int, classes)
	for _, s := range samples {
		counts[s.Class]++
	}
	weights := make([]float32, classes)
	for i, n := range counts {
		weights[i] = float32(float64(len(samples)) / float64(classes*max(n, 1)))
	}
	return weights
}

// Identity is a hash of whatever values say, with the names and sizes of files.
func Identity(values ...any) string {
	hash := sha256.New()
	for _, v := range values {
		samples, ok := v.([]Sample)
		if !ok {
			fmt.Fprintf(hash, "%v\n", v)
			continue
		}
		for _, s := range samples {
			size := int64(-1)
			if info, err := os.Stat(s.File); err == nil {
				size = info.Size()
			}
			fmt.Fprintf(hash, "%s %d %d\n", s.File, s.Class, size)
		}
	}
	return hex.EncodeToString(hash.Sum(nil))
}
