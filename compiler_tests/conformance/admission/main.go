// Command admission tells what Tekton's admission webhooks say of documents.
//
// Standard input holds one JSON object a line, {"id": ..., "doc": ...}; each is answered by one line,
// {"id": ..., "accepted": true|false, "seen": true|false, "message": "..."}, in order. Documents that are not Tekton's
// are accepted and not seen: no Tekton webhook is asked about them. Of a kind in Tekton's groups that its webhook does not
// know an answer says {"unknown": true}. With -defaulted an answer holds the document as the
// defaulting webhook sends it back too, {"defaulted": ...}, where it does.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

type question struct {
	ID  string          `json:"id"`
	Doc json.RawMessage `json:"doc"`
}

type answer struct {
	ID       string `json:"id"`
	Accepted bool   `json:"accepted"`
	Seen     bool   `json:"seen"`
	Message  string `json:"message"`
	// Unknown is set for a kind of Tekton's groups that its webhook does not know.
	Unknown bool `json:"unknown,omitempty"`
	// Defaulted is given with -defaulted alone.
	Defaulted json.RawMessage `json:"defaulted,omitempty"`
}

func main() {
	set := map[string]string{}
	flag.Func("flag", "a feature flag as NAME=VALUE; repeated", func(text string) error {
		name, value, found := strings.Cut(text, "=")
		if !found {
			return fmt.Errorf("%q is not NAME=VALUE", text)
		}
		set[name] = value
		return nil
	})
	defaulted := flag.Bool("defaulted", false, "answer with the defaulted document too")
	list := flag.Bool("kinds", false, "print each apiVersion and kind that is known, and end")
	flag.Parse()
	if *list {
		for name := range kinds {
			fmt.Println(name)
		}
		return
	}
	if err := run(set, *defaulted, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "admission:", err)
		os.Exit(1)
	}
}

func run(set map[string]string, defaulted bool, in io.Reader, out io.Writer) error {
	webhooks, err := newWebhooks(set)
	if err != nil {
		return err
	}
	questions := json.NewDecoder(bufio.NewReader(in))
	buffered := bufio.NewWriter(out)
	answers := json.NewEncoder(buffered)
	answers.SetEscapeHTML(false)
	for {
		var q question
		if err := questions.Decode(&q); err == io.EOF {
			return buffered.Flush()
		} else if err != nil {
			return err
		}
		seen, made, refusal := webhooks.admit(q.Doc)
		a := answer{ID: q.ID, Accepted: refusal == nil, Seen: seen, Unknown: errors.Is(refusal, errUnknown)}
		if refusal != nil {
			a.Message = refusal.Error()
		}
		if defaulted {
			a.Defaulted = made
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}
