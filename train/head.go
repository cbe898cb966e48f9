package train

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"edged/nn"
	"edged/storage"

	"golang.org/x/sync/errgroup"
)

// HeadFit fits the last layer of a model to captures: the body runs once for
// each, and what it makes of them is kept for the next time.
type HeadFit struct {
	Model    *storage.Model // whose head is fitted, in place, by Run
	Captures string         // a folder with a folder for each label
	Features string         // where the body's features are kept
	// Compile makes the plan of a part of the model.
	Compile func(*nn.Model) (*nn.Plan, error)
	// Products multiplies.
	Products *nn.Products
	Threads  int // that run the body; 0: one for each core

	// Minimum is how many captures a new label needs to train on; Limit bounds
	// the captures of one fit.
	Minimum, Limit int
	// Method is one of HeadMethods, or "auto" for the best of them.
	Method string
	Strict bool
	Skip   func(Skipped)
	// Progress, unless nil, hears after each step of a stage, "features" and then
	// "head", how many are done. It is called by one goroutine at a time.
	Progress func(stage string, done, all int)

	steps *fitSteps
}

// Head is what a HeadFit came to.
type Head struct {
	Committed   bool        `json:"accepted"`
	Reason      string      `json:"reason"`
	Method      string      `json:"method"`
	Labels      []string    `json:"labels"`
	New         []string    `json:"new_labels"`
	Waiting     []Waiting   `json:"waiting"`
	Unseen      []string    `json:"labels_without_captures"`
	Training    int         `json:"training"`
	Exemplars   int         `json:"exemplars"` // of the model, among those trained on and held out
	HeldOut     int         `json:"held_out"`
	LeftOut     int         `json:"left_out"` // captures beyond the limit
	Computed    int         `json:"features_computed"`
	Reused      int         `json:"features_reused"`
	Incumbent   HeadScore   `json:"incumbent"`
	Candidates  []HeadScore `json:"candidates"`
	Skipped     []Skipped   `json:"skipped"`
	CrossFolded bool        `json:"cross_validated"` // training captures were measured too, as few are held out

	// Kept are all exemplars of the model.
	Kept []storage.Exemplar `json:"-"`
	// Probe and Evaluation are the model's with its new head: of the captures that
	// are held out, if there are any.
	Probe      *storage.Probe `json:"-"`
	Evaluation *Evaluation    `json:"-"`
}

// keyed is a capture and the key of its features.
type keyed struct {
	Sample
	key     FeatureKey
	picture []byte // the file's content, of exemplars
}

// Run fits the head and decides whether it is better. Only then the model's
// network and labels are changed.
func (f *HeadFit) Run(ctx context.Context) (*Head, error) {
	exemplars, err := f.Model.Exemplars()
	if err != nil {
		return nil, err
	}
	set, err := readCaptures(f.Captures, f.Model.Labels, exemplars, f.Minimum, f.Limit)
	if err != nil {
		return nil, err
	}
	result := &Head{
		Labels: set.labels, New: set.labels[len(f.Model.Labels):], Waiting: set.waiting, Unseen: set.unseen, LeftOut: set.left,
		Skipped: []Skipped{}, Kept: exemplars,
	}
	head, err := f.split(len(set.unseen) == 0)
	if err != nil {
		return nil, fmt.Errorf("%s: the head can't be fitted: %w", f.Model.Name, err)
	}
	plan, err := f.Compile(head.body())
	if err != nil {
		return nil, err
	}
	body := f.bodyKey(head.body(), plan)
	training := append(f.keys(set.training, body, result), exemplarKeys(set.rehearsed, body)...)
	heldOut := append(f.keys(set.heldOut, body, result), exemplarKeys(set.rehearsedHeldOut, body)...)
	if f.Strict && len(result.Skipped) > 0 {
		return nil, errors.New(result.Skipped[0].Reason)
	}
	wanted := map[FeatureKey]bool{}
	for _, k := range slices.Concat(training, heldOut) {
		wanted[k.key] = true
	}
	features, err := OpenFeatures(f.Features, body, plan.OutputShape().Size(), wanted)
	if err != nil {
		return nil, err
	}
	defer func() { _ = features.Close() }()
	if training, heldOut, err = f.compute(ctx, features, plan, training, heldOut, result); err != nil {
		return nil, err
	}
	result.Training, result.HeldOut = len(training), len(heldOut)
	for _, k := range slices.Concat(training, heldOut) {
		if k.picture != nil {
			result.Exemplars++
		}
	}
	if len(training) < 2 {
		return nil, fmt.Errorf("%s: %d captures can be read, which are too few to learn from", f.Captures, len(training))
	}
	if err := f.fit(ctx, head, features, training, heldOut, result); err != nil || !result.Committed {
		return result, err
	}
	return result, f.prove(ctx, head, plan, features, heldOut, result)
}

// bodyKey is a hash of all that decides on the features of a picture.
func (f *HeadFit) bodyKey(body *nn.Model, plan *nn.Plan) FeatureKey {
	hash := sha256.New()
	config, _ := body.Config(3)
	fmt.Fprintf(hash, "1 %s %v %s\n", plan.Precision(), f.Model.Preprocessing, config)
	var bytes [4]byte
	for _, w := range body.Weights() {
		fmt.Fprintf(hash, "%s %v\n", w.Name, w.Shape)
		for _, v := range w.Value {
			binary.LittleEndian.PutUint32(bytes[:], math.Float32bits(v))
			hash.Write(bytes[:])
		}
	}
	return FeatureKey(hash.Sum(nil))
}

// maxCapture bounds the file of a capture.
const maxCapture = 64 << 20 // bytes

// keys hashes the captures' files; those that can't be read are left out.
func (f *HeadFit) keys(samples []Sample, body FeatureKey, result *Head) []keyed {
	var out []keyed
	for _, s := range samples {
		info, err := os.Stat(s.File)
		if err == nil && info.Size() > maxCapture {
			err = fmt.Errorf("%s: has %d bytes, at most %d are read", s.File, info.Size(), maxCapture)
		}
		var data []byte
		if err == nil {
			data, err = os.ReadFile(s.File)
		}
		if err != nil {
			f.skip(s, err, result)
			continue
		}
		out = append(out, keyed{s, featureKey(body, data), nil})
	}
	return out
}

func exemplarKeys(exemplars []exemplar, body FeatureKey) (out []keyed) {
	for _, e := range exemplars {
		out = append(out, keyed{e.Sample, featureKey(body, e.picture), e.picture})
	}
	return out
}

// featureKey is the hash of a body and a picture file's content.
func featureKey(body FeatureKey, file []byte) FeatureKey {
	hash := sha256.New()
	hash.Write(body[:])
	hash.Write(file)
	return FeatureKey(hash.Sum(nil))
}

func (f *HeadFit) skip(s Sample, err error, result *Head) {
	skipped := Skipped{File: s.File, Reason: err.Error()}
	result.Skipped = append(result.Skipped, skipped)
	if f.Skip != nil {
		f.Skip(skipped)
	}
}

// compute runs the body for the captures that have no features yet, and returns
// those that have.
func (f *HeadFit) compute(ctx context.Context, features *Features, plan *nn.Plan, training, heldOut []keyed, result *Head) (_, _ []keyed, err error) {
	var missing []keyed
	listed := map[FeatureKey]bool{}
	for _, k := range slices.Concat(training, heldOut) {
		has, err := features.Has(k.key)
		if err != nil {
			return nil, nil, err
		}
		if has {
			result.Reused++
		} else if !listed[k.key] {
			listed[k.key] = true
			missing = append(missing, k)
		}
	}
	failed := map[FeatureKey]bool{}
	for k, made := range f.bodies(ctx, plan, missing) {
		if made.err != nil {
			failed[k.key] = true
			f.skip(k.Sample, made.err, result)
			continue
		}
		if err := features.Put(k.key, made.values); err != nil {
			return nil, nil, fmt.Errorf("keep features: %w", err)
		}
		result.Computed++
		if f.Progress != nil {
			f.Progress("features", result.Computed, len(missing))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if f.Strict && len(failed) > 0 {
		return nil, nil, errors.New(result.Skipped[len(result.Skipped)-1].Reason)
	}
	gone := func(k keyed) bool { return failed[k.key] }
	training, heldOut = slices.DeleteFunc(training, gone), slices.DeleteFunc(heldOut, gone)
	return training, heldOut, features.Map()
}

type madeFeatures struct {
	values []byte
	err    error
}

// bodies runs the body on several cores and yields the features in the order in
// which they come. They are valid until the next.
func (f *HeadFit) bodies(ctx context.Context, plan *nn.Plan, samples []keyed) func(func(keyed, madeFeatures) bool) {
	return func(yield func(keyed, madeFeatures) bool) {
		threads := f.Threads
		if threads < 1 {
			threads = runtime.GOMAXPROCS(0)
		}
		type done struct {
			sample keyed
			made   madeFeatures
			back   chan<- struct{}
		}
		results, quit := make(chan done), make(chan struct{})
		var next atomic.Int64
		var group sync.WaitGroup
		for range min(threads, len(samples)) {
			group.Go(func() {
				runner, values, back := plan.NewRunner(nil), make([]byte, 2*plan.OutputShape().Size()), make(chan struct{}, 1)
				reader, err := newReader(f.Model.Preprocessing, plan.InputShape(), newPictureCache(0))
				for i := int(next.Add(1)) - 1; i < len(samples) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
					made := madeFeatures{values, err}
					if err == nil {
						if made.err = reader.readCapture(runner.Input(), &samples[i]); made.err == nil {
							f.Products.Narrow(values, runner.Predict())
						}
					}
					select {
					case results <- done{samples[i], made, back}:
						<-back
					case <-quit:
						return
					}
				}
			})
		}
		go func() {
			group.Wait()
			close(results)
		}()
		stopped := false
		for d := range results {
			if !stopped && !yield(d.sample, d.made) {
				stopped = true
				close(quit)
			}
			d.back <- struct{}{}
		}
	}
}

// fit makes the candidates, chooses one and lets the gate decide.
func (f *HeadFit) fit(ctx context.Context, head *splitHead, features *Features, training, heldOut []keyed, result *Head) error {
	units, known := len(result.Labels), len(f.Model.Labels)
	methods, err := f.methods(head, len(result.Unseen) > 0)
	if err != nil {
		return err
	}
	f.steps = &fitSteps{tell: f.Progress, all: countSteps(head, methods, len(training), len(heldOut))}
	d := &dual{units: units}
	for _, k := range slices.Concat(training, heldOut) {
		d.classes = append(d.classes, k.Class)
	}
	if head.dense != nil {
		d = f.measure(head.dense, features, training, heldOut, units)
		for i, label := range result.Labels {
			d.frozen[i] = slices.Contains(result.Unseen, label)
		}
	}
	g := newGate(d, slices.Concat(training, heldOut), len(training), known, units)
	result.CrossFolded, g.steps = g.folded, f.steps
	if result.Incumbent, err = f.incumbent(g, head, features, slices.Concat(training, heldOut)); err != nil {
		return err
	}
	best, err := f.best(ctx, g, methods, head, features, training, heldOut, result)
	if err != nil {
		return err
	}
	result.Method = best.score.Method
	result.Committed, result.Reason = g.decide(&result.Incumbent, &best.score)
	if !result.Committed {
		return nil
	}
	if best.landmarks != nil {
		network, err := head.grid.With(best.landmarks)
		if err != nil {
			return err
		}
		f.Model.Network = network
	} else {
		kernel, bias := f.weights(head.dense, features, training, d, best)
		if err := head.dense.Set(kernel, bias); err != nil {
			return err
		}
	}
	f.Model.Labels = result.Labels
	return nil
}

// methods are those that can be used.
func (f *HeadFit) methods(head *splitHead, unseen bool) ([]string, error) {
	var methods, missed []string
	for _, method := range HeadMethods {
		if f.Method != "auto" && f.Method != method {
			continue
		}
		if why := head.misses(method, unseen); why != "" {
			missed = append(missed, why)
			continue
		}
		methods = append(methods, method)
	}
	if len(methods) == 0 {
		return nil, fmt.Errorf("there is no candidate: %s", strings.Join(missed, ", "))
	}
	return methods, nil
}

// best tries the methods, that which takes landmarks beside the others, and
// returns the best candidate.
func (f *HeadFit) best(ctx context.Context, g *gate, methods []string, head *splitHead, features *Features, training, heldOut []keyed, result *Head) (*candidate, error) {
	candidates := make([]*candidate, len(methods))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		for i, method := range methods {
			if method != "landmarks" && err == nil {
				candidates[i], err = g.try(ctx, method)
			}
		}
		return err
	})
	if i := slices.Index(methods, "landmarks"); i >= 0 {
		group.Go(func() error {
			r, err := f.newRadial(ctx, head.grid.Map, features, training, heldOut, g.labels)
			if err != nil {
				return err
			}
			candidates[i], err = g.tryRadial(ctx, r)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	best := candidates[0]
	for _, c := range candidates {
		result.Candidates = append(result.Candidates, c.score)
		if c.score.better(&best.score) {
			best = c
		}
	}
	return best, nil
}
