package train

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage"
)

// taught is a model of stripes' two classes.
func taught(t *testing.T) *storage.Model {
	t.Helper()
	f := newFit(t, stripes(t, 16), 8)
	if _, err := f.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &storage.Model{
		Name: "stripes", Network: f.Trainer.Model(), Labels: []string{"across", "along"}, Precision: storage.Float32,
		Preprocessing: nn.Preprocessing{Resize: "bilinear", Color: nn.RGB, Scale: 1.0 / 255},
	}
}

// patterns writes captures: stripes of both kinds and, with spots above 0, a new
// class.
func patterns(t *testing.T, each, spots int) string {
	t.Helper()
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	for name, n := range map[string]int{"across": each, "along": each, "spots": spots} {
		for k := range n {
			if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
			m := image.NewGray(image.Rect(0, 0, 12, 12))
			for y := range 12 {
				for x := range 12 {
					at := map[string]int{"across": y, "along": x, "spots": x*y + x}[name]
					m.SetGray(x, y, color.Gray{Y: uint8((at+k)%4*60) + uint8(r.IntN(20))})
				}
			}
			file, err := os.Create(filepath.Join(dir, name, name+strconv.Itoa(k)+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(file, m); err != nil {
				t.Fatal(err)
			}
			file.Close()
		}
	}
	return dir
}

func headFit(t *testing.T, m *storage.Model, captures string) *HeadFit {
	t.Helper()
	products, err := nn.NewProducts(nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(products.Close)
	return &HeadFit{
		Model: m, Captures: captures, Features: captures + ".features", Products: products,
		Compile: func(body *nn.Model) (*nn.Plan, error) { return nn.Compile(body, nn.Options{}) },
		Minimum: 3, Limit: 500, Method: "auto",
	}
}

func TestHeadLearnsANewLabel(t *testing.T) {
	m := taught(t)
	dir := patterns(t, 30, 20)
	got, err := headFit(t, m, dir).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !got.Committed || strings.Join(m.Labels, " ") != "across along spots" || m.Network.OutputShape()[0] != 3 || got.Computed != 80 {
		t.Fatalf("got %+v", got)
	}
	// What was committed answers as the candidate did.
	if answered := evaluated(t, m, dir); answered.Accuracy < 0.95 || answered.Classes[2].Recall < 0.95 {
		t.Errorf("got %+v", answered)
	}
}

// evaluated is how a model answers for all captures.
func evaluated(t *testing.T, m *storage.Model, captures string) *Evaluation {
	t.Helper()
	plan, err := nn.Compile(m.Network, nn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	samples, err := ListFolder(captures, m.Labels)
	if err != nil {
		t.Fatal(err)
	}
	e := &Evaluator{Plan: plan, Preprocessing: m.Preprocessing, Labels: m.Labels}
	answered, err := e.Evaluate(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	return answered
}

// TestFittedHeadsAreProved fits heads of each kind, and one inside a nested model,
// whose probe and evaluation come from features where they can: the network
// answers alike.
func TestFittedHeadsAreProved(t *testing.T) {
	dir := patterns(t, 30, 20)
	for name, test := range map[string]struct {
		method string
		nested bool
	}{"landmarks": {"landmarks", false}, "fit": {"fit", false}, "nested": {"fit", true}} {
		m := taught(t)
		if test.nested {
			var err error
			if m.Network, err = nn.NewSequential("outer", m.Network.InputShape(), m.Network); err != nil {
				t.Fatal(err)
			}
		}
		f := headFit(t, m, dir)
		f.Method = test.method
		got, err := f.Run(t.Context())
		if err != nil || !got.Committed {
			t.Fatalf("%s: got %+v, %v", name, got, err)
		}
		plan, err := nn.Compile(m.Network, nn.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Probe.Check(plan.NewRunner(nil)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if e := got.Evaluation; e.Samples != got.HeldOut || e.Accuracy < 0.95 || len(e.Classes) != 3 {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}

// TestHeadRefusesShuffledLabels moves the pictures to random folders.
func TestHeadRefusesShuffledLabels(t *testing.T) {
	for seed := range uint64(5) {
		dir, shuffled := patterns(t, 25, 20), t.TempDir()
		r := rand.New(rand.NewPCG(seed, 1))
		files, err := filepath.Glob(filepath.Join(dir, "*", "*.png"))
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range r.Perm(len(files)) {
			label := filepath.Base(filepath.Dir(files[at]))
			if err := os.MkdirAll(filepath.Join(shuffled, label), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(files[i], filepath.Join(shuffled, label, filepath.Base(files[i]))); err != nil {
				t.Fatal(err)
			}
		}
		m := taught(t)
		got, err := headFit(t, m, shuffled).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.Committed || len(m.Labels) != 2 {
			t.Errorf("seed %d: %s", seed, got.Reason)
		}
	}
}

func TestNewLabelsWait(t *testing.T) {
	m := taught(t)
	got, err := headFit(t, m, patterns(t, 20, 2)).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Waiting) != 1 || got.Waiting[0].Label != "spots" || len(got.Labels) != 2 {
		t.Errorf("got %+v", got)
	}
}

// TestFeaturesAreReused damages the file and a record of it in turn.
func TestFeaturesAreReused(t *testing.T) {
	dir := patterns(t, 10, 10)
	run := func() *Head {
		got, err := headFit(t, taught(t), dir).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := run()
	if second := run(); first.Computed != 30 || second.Computed != 0 || second.Reused != 30 {
		t.Errorf("got %d and %d computed", first.Computed, second.Computed)
	}
	files, err := filepath.Glob(filepath.Join(dir+".features", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		damage   func() []byte
		computed int
	}{
		{func() []byte { d := append([]byte(nil), data...); d[len(d)-100] ^= 1; return d }, 1},
		{func() []byte { return data[:len(data)-10] }, 1},
		{func() []byte { return data[:20] }, 30},
		{func() []byte { return append([]byte("x"), data[1:]...) }, 30},
	} {
		if err := os.WriteFile(files[0], test.damage(), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := run(); got.Computed != test.computed {
			t.Errorf("got %d computed, want %d", got.Computed, test.computed)
		}
	}
}

// TestOneLabelIsNotLearned has captures of a new label, of which one of another
// is too few: a head that always gave the new one would be right.
func TestOneLabelIsNotLearned(t *testing.T) {
	m := taught(t)
	dir := patterns(t, 0, 20)
	if err := os.Mkdir(filepath.Join(dir, "across"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := headFit(t, m, dir).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), `"spots" alone`) || len(m.Labels) != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestLabelsWithoutCaptures are told, and not measured.
func TestLabelsWithoutCaptures(t *testing.T) {
	dir := patterns(t, 20, 20)
	for _, name := range []string{"across", "along"} {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, "new "+name)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := headFit(t, taught(t), dir).Run(t.Context())
	if err != nil || !got.Committed || len(got.Unseen) != 2 || !strings.HasSuffix(got.Reason, "of the others there are no captures to measure with") {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestCapturesMayBeLinks links to the captures of a folder and their folders.
func TestCapturesMayBeLinks(t *testing.T) {
	dir, links := patterns(t, 10, 0), t.TempDir()
	if err := errors.Join(os.Symlink(filepath.Join(dir, "along"), filepath.Join(links, "along")), os.Mkdir(filepath.Join(links, "across"), 0o755),
		os.Symlink("nowhere", filepath.Join(links, "across", "gone.png"))); err != nil {
		t.Fatal(err)
	}
	for k := range 10 {
		name := filepath.Join("across", "across"+strconv.Itoa(k)+".png")
		if err := os.Symlink(filepath.Join(dir, name), filepath.Join(links, name)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := headFit(t, taught(t), links).Run(t.Context())
	if err != nil || got.Computed != 20 || len(got.Skipped) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestHeadNeedsCaptures(t *testing.T) {
	m := taught(t)
	if _, err := headFit(t, m, t.TempDir()).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no class folders") {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	for _, name := range []string{"cat", "dog"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := headFit(t, m, dir).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no captures to learn from") {
		t.Errorf("got %v", err)
	}
}
