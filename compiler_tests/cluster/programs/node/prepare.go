package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/fieldpath"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

const searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// prepare works out what the container runs and with what. An error means that it can't be known yet.
func (c *container) prepare(ctx context.Context, pod *corev1.Pod) (*order, error) {
	scratch := filepath.Join(c.dir(), "scratch")
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		return nil, err
	}
	variables, err := c.environment(ctx, pod)
	if err != nil {
		return nil, err
	}
	expand := expansion.MappingFuncFor(asMap(variables))
	made := &order{Hostname: pod.Name, Scratch: scratch, Env: variables, Dir: c.spec.WorkingDir}
	for _, word := range append(append([]string{}, c.spec.Command...), c.spec.Args...) {
		made.Argv = append(made.Argv, expansion.Expand(word, expand))
	}
	if len(c.spec.Command) == 0 {
		return nil, fmt.Errorf("container %s names no command, and images are not looked into here", c.spec.Name)
	}
	if made.Dir == "" {
		made.Dir = "/"
	}
	made.User, made.Group = c.identity(pod)
	message := filepath.Join(c.dir(), "termination")
	if err := os.WriteFile(message, nil, 0o666); err != nil {
		return nil, err
	}
	if err := os.Chmod(message, 0o666); err != nil {
		return nil, err
	}
	made.Mounts = []mount{{Source: c.worker.node.binaries, Target: "/ko-app", ReadOnly: true}}
	for _, each := range c.spec.VolumeMounts {
		source, err := c.volumeSource(pod, each, expand)
		if err != nil {
			return nil, err
		}
		made.Mounts = append(made.Mounts, mount{Source: source, Target: each.MountPath, ReadOnly: each.ReadOnly})
	}
	// A shorter path first, so that one mount can lie within another.
	sort.SliceStable(made.Mounts, func(a, b int) bool { return len(made.Mounts[a].Target) < len(made.Mounts[b].Target) })
	made.Mounts = append(made.Mounts, mount{Source: message, Target: c.spec.TerminationMessagePath})
	return made, nil
}

func (c *container) volumeSource(pod *corev1.Pod, each corev1.VolumeMount, expand func(string) string) (string, error) {
	source, err := c.worker.volumePath(pod, each.Name)
	if err != nil {
		return "", err
	}
	below := each.SubPath
	if each.SubPathExpr != "" {
		below = expansion.Expand(each.SubPathExpr, expand)
	}
	if below == "" {
		return source, nil
	}
	source = filepath.Join(source, below)
	if _, err := os.Stat(source); os.IsNotExist(err) {
		if err := os.MkdirAll(source, 0o777); err != nil {
			return "", err
		}
		return source, os.Chmod(source, 0o777)
	}
	return source, nil
}

func (c *container) identity(pod *corev1.Pod) (user, group *int64) {
	if asked := pod.Spec.SecurityContext; asked != nil {
		user, group = asked.RunAsUser, asked.RunAsGroup
	}
	if asked := c.spec.SecurityContext; asked != nil {
		if asked.RunAsUser != nil {
			user = asked.RunAsUser
		}
		if asked.RunAsGroup != nil {
			group = asked.RunAsGroup
		}
	}
	return user, group
}

// environment is the container's variables as NAME=value, an earlier one usable in a later as $(NAME).
func (c *container) environment(ctx context.Context, pod *corev1.Pod) ([]string, error) {
	known := map[string]string{}
	home := "HOME=/root"
	if user, _ := c.identity(pod); user != nil && *user != 0 {
		home = "HOME=/" // as for a user that the image's passwd does not know
	}
	made := []string{searchPath, home, "HOSTNAME=" + pod.Name}
	for _, from := range c.spec.EnvFrom {
		values, err := c.variablesFrom(ctx, pod, from)
		if err != nil {
			return nil, err
		}
		for name, value := range values {
			known[from.Prefix+name] = value
			made = append(made, from.Prefix+name+"="+value)
		}
	}
	for _, variable := range c.spec.Env {
		value := expansion.Expand(variable.Value, expansion.MappingFuncFor(known))
		if variable.ValueFrom != nil {
			found, err := c.valueFrom(ctx, pod, variable.ValueFrom)
			if err != nil {
				return nil, err
			}
			if found == nil {
				continue
			}
			value = *found
		}
		known[variable.Name] = value
		made = append(made, variable.Name+"="+value)
	}
	return lastOfEach(made), nil
}

func (c *container) variablesFrom(ctx context.Context, pod *corev1.Pod, from corev1.EnvFromSource) (map[string]string, error) {
	values := map[string]string{}
	switch {
	case from.SecretRef != nil:
		secret, err := c.worker.node.client.CoreV1().Secrets(pod.Namespace).Get(ctx, from.SecretRef.Name, metav1.GetOptions{})
		if err != nil {
			return nil, unless(from.SecretRef.Optional, err)
		}
		for name, value := range secret.Data {
			values[name] = string(value)
		}
	case from.ConfigMapRef != nil:
		found, err := c.worker.node.client.CoreV1().ConfigMaps(pod.Namespace).Get(ctx, from.ConfigMapRef.Name, metav1.GetOptions{})
		if err != nil {
			return nil, unless(from.ConfigMapRef.Optional, err)
		}
		values = found.Data
	}
	return values, nil
}

// valueFrom is nil for a value that is missing and may be.
func (c *container) valueFrom(ctx context.Context, pod *corev1.Pod, from *corev1.EnvVarSource) (*string, error) {
	core := c.worker.node.client.CoreV1()
	switch {
	case from.FieldRef != nil:
		value, err := fieldOf(pod, from.FieldRef.FieldPath)
		return &value, err
	case from.SecretKeyRef != nil:
		secret, err := core.Secrets(pod.Namespace).Get(ctx, from.SecretKeyRef.Name, metav1.GetOptions{})
		if err != nil {
			return nil, unless(from.SecretKeyRef.Optional, err)
		}
		if value, ok := secret.Data[from.SecretKeyRef.Key]; ok {
			text := string(value)
			return &text, nil
		}
		return nil, unless(from.SecretKeyRef.Optional, fmt.Errorf("couldn't find key %s in Secret %s/%s", from.SecretKeyRef.Key, pod.Namespace, secret.Name))
	case from.ConfigMapKeyRef != nil:
		found, err := core.ConfigMaps(pod.Namespace).Get(ctx, from.ConfigMapKeyRef.Name, metav1.GetOptions{})
		if err != nil {
			return nil, unless(from.ConfigMapKeyRef.Optional, err)
		}
		if value, ok := found.Data[from.ConfigMapKeyRef.Key]; ok {
			return &value, nil
		}
		return nil, unless(from.ConfigMapKeyRef.Optional, fmt.Errorf("couldn't find key %s in ConfigMap %s/%s", from.ConfigMapKeyRef.Key, pod.Namespace, found.Name))
	}
	return nil, fmt.Errorf("this test kubelet knows no such source of a variable: %v", from)
}

// unless keeps an error from counting where what is missing is optional.
func unless(optional *bool, err error) error {
	if optional != nil && *optional && (errors.IsNotFound(err) || !errors.IsInternalError(err)) {
		return nil
	}
	return err
}

func fieldOf(pod *corev1.Pod, path string) (string, error) {
	switch path {
	case "spec.nodeName":
		return nodeName, nil
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "status.hostIP", "status.podIP", "status.hostIPs", "status.podIPs":
		return "127.0.0.1", nil
	}
	return fieldpath.ExtractFieldPathAsString(pod, path)
}

func asMap(pairs []string) map[string]string {
	made := map[string]string{}
	for _, pair := range pairs {
		for at := range pair {
			if pair[at] == '=' {
				made[pair[:at]] = pair[at+1:]
				break
			}
		}
	}
	return made
}

func lastOfEach(pairs []string) []string {
	values := asMap(pairs)
	made := make([]string, 0, len(values))
	for name, value := range values {
		made = append(made, name+"="+value)
	}
	sort.Strings(made)
	return made
}
