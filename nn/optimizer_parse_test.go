package nn

import (
	"strings"
	"testing"
)

func TestParseOptimizer(t *testing.T) {
	got, err := ParseOptimizer("sgd, momentum=0.9,nesterov,clipnorm=1")
	want, _ := NewOptimizer("sgd")
	want.Momentum, want.Nesterov, want.ClipNorm = 0.9, true, 1
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	got, err = ParseOptimizer("AdamW,beta_1=0.8,beta_2=0.99,epsilon=1e-6,amsgrad=True,weight_decay=0,clipvalue=0.5")
	want = Optimizer{Name: "AdamW", LearningRate: 0.001, Rho: 0.9, Beta1: 0.8, Beta2: 0.99, Epsilon: 1e-6, AMSGrad: true, ClipValue: 0.5}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	got, err = ParseOptimizer("rmsprop,rho=0.8,momentum=0.1,centered,global_clipnorm=2")
	want = Optimizer{Name: "RMSprop", LearningRate: 0.001, Rho: 0.8, Momentum: 0.1, Centered: true, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7, GlobalClipNorm: 2}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for text, want := range map[string]string{
		"":                            "is not known",
		"lion,beta_1=0.9":             "is not known",
		"adam,momentum=0.9":           `Adam has no setting "momentum": choose amsgrad, beta_1`,
		"sgd,":                        `SGD has no setting ""`,
		"sgd,momentum":                "must be a number",
		"sgd,momentum=2":              "must be from 0 to 1",
		"sgd,nesterov=perhaps":        "must be true or false",
		"adam,clipnorm=NaN":           "clipnorm",
		"adam,clipnorm=1,clipvalue=1": "clips in 2 ways",
	} {
		if _, err := ParseOptimizer(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
