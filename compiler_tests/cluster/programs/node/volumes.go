package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const hour = int64(3600)

// mountVolumes fills a folder for each volume of the pod. An error means: not yet, try again.
func (w *worker) mountVolumes(ctx context.Context, pod *corev1.Pod) error {
	for _, volume := range pod.Spec.Volumes {
		if err := w.fill(ctx, pod, volume); err != nil {
			return fmt.Errorf("volume %s: %w", volume.Name, err)
		}
	}
	return nil
}

func (w *worker) folder(name string) string { return filepath.Join(w.dir, "volumes", name) }

// volumePath is where the volume of that name is on this machine.
func (w *worker) volumePath(pod *corev1.Pod, name string) (string, error) {
	for _, volume := range pod.Spec.Volumes {
		if volume.Name != name {
			continue
		}
		switch {
		case volume.HostPath != nil:
			return volume.HostPath.Path, nil
		case volume.PersistentVolumeClaim != nil:
			return filepath.Join(w.node.dir, "claims", pod.Namespace, volume.PersistentVolumeClaim.ClaimName), nil
		}
		return w.folder(name), nil
	}
	return "", fmt.Errorf("the pod has no volume %s", name)
}

func (w *worker) fill(ctx context.Context, pod *corev1.Pod, volume corev1.Volume) error {
	folder := w.folder(volume.Name)
	files := map[string][]byte{}
	switch source := volume.VolumeSource; {
	case source.EmptyDir != nil:
	case source.HostPath != nil:
		return nil
	case source.PersistentVolumeClaim != nil:
		return w.claimBound(ctx, pod.Namespace, source.PersistentVolumeClaim.ClaimName)
	case source.Secret != nil:
		err := w.secretFiles(ctx, pod.Namespace, source.Secret.SecretName, source.Secret.Items, source.Secret.Optional, files)
		if err != nil {
			return err
		}
	case source.ConfigMap != nil:
		err := w.configFiles(ctx, pod.Namespace, source.ConfigMap.Name, source.ConfigMap.Items, source.ConfigMap.Optional, files)
		if err != nil {
			return err
		}
	case source.DownwardAPI != nil:
		if err := downwardFiles(pod, source.DownwardAPI.Items, files); err != nil {
			return err
		}
	case source.Projected != nil:
		for _, part := range source.Projected.Sources {
			if err := w.projectedFiles(ctx, pod, part, files); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("this test kubelet does not know this kind of volume")
	}
	return writeFiles(folder, files)
}

func (w *worker) claimBound(ctx context.Context, namespace, name string) error {
	claim, err := w.node.client.CoreV1().PersistentVolumeClaims(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if claim.Status.Phase != corev1.ClaimBound {
		return fmt.Errorf("claim %s is not bound", name)
	}
	return nil
}

func (w *worker) projectedFiles(ctx context.Context, pod *corev1.Pod, part corev1.VolumeProjection, files map[string][]byte) error {
	switch {
	case part.Secret != nil:
		return w.secretFiles(ctx, pod.Namespace, part.Secret.Name, part.Secret.Items, part.Secret.Optional, files)
	case part.ConfigMap != nil:
		return w.configFiles(ctx, pod.Namespace, part.ConfigMap.Name, part.ConfigMap.Items, part.ConfigMap.Optional, files)
	case part.DownwardAPI != nil:
		return downwardFiles(pod, part.DownwardAPI.Items, files)
	case part.ServiceAccountToken != nil:
		return w.tokenFile(ctx, pod, part.ServiceAccountToken, files)
	}
	return fmt.Errorf("this test kubelet does not know this kind of projection")
}

func (w *worker) tokenFile(ctx context.Context, pod *corev1.Pod, asked *corev1.ServiceAccountTokenProjection, files map[string][]byte) error {
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: asked.ExpirationSeconds,
		BoundObjectRef: &authenticationv1.BoundObjectReference{
			APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID,
		},
	}}
	if request.Spec.ExpirationSeconds == nil {
		seconds := hour
		request.Spec.ExpirationSeconds = &seconds
	}
	if asked.Audience != "" {
		request.Spec.Audiences = []string{asked.Audience}
	}
	answer, err := w.node.client.CoreV1().ServiceAccounts(pod.Namespace).CreateToken(
		ctx, pod.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	files[asked.Path] = []byte(answer.Status.Token)
	return nil
}

func (w *worker) secretFiles(ctx context.Context, namespace, name string, items []corev1.KeyToPath, optional *bool, files map[string][]byte) error {
	secret, err := w.node.client.CoreV1().Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return missingIsFine(err, optional)
	}
	return choose(secret.Data, items, optional, files)
}

func (w *worker) configFiles(ctx context.Context, namespace, name string, items []corev1.KeyToPath, optional *bool, files map[string][]byte) error {
	found, err := w.node.client.CoreV1().ConfigMaps(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return missingIsFine(err, optional)
	}
	data := map[string][]byte{}
	for key, value := range found.Data {
		data[key] = []byte(value)
	}
	for key, value := range found.BinaryData {
		data[key] = value
	}
	return choose(data, items, optional, files)
}

func missingIsFine(err error, optional *bool) error {
	if errors.IsNotFound(err) && optional != nil && *optional {
		return nil
	}
	return err
}

// choose takes every key, or those of `items` under the paths they name.
func choose(data map[string][]byte, items []corev1.KeyToPath, optional *bool, files map[string][]byte) error {
	if len(items) == 0 {
		for key, value := range data {
			files[key] = value
		}
		return nil
	}
	for _, item := range items {
		value, ok := data[item.Key]
		if ok {
			files[item.Path] = value
		} else if optional == nil || !*optional {
			return fmt.Errorf("references non-existent key: %s", item.Key)
		}
	}
	return nil
}

func downwardFiles(pod *corev1.Pod, items []corev1.DownwardAPIVolumeFile, files map[string][]byte) error {
	for _, item := range items {
		if item.FieldRef == nil {
			return fmt.Errorf("only fields of the pod can be shown as files here")
		}
		value, err := fieldOf(pod, item.FieldRef.FieldPath)
		if err != nil {
			return err
		}
		files[item.Path] = []byte(value)
	}
	return nil
}

// refreshDownward brings files of the pod's own fields up to date: Tekton starts the first step by an annotation.
func (w *worker) refreshDownward(pod *corev1.Pod) {
	for _, volume := range pod.Spec.Volumes {
		files := map[string][]byte{}
		if volume.DownwardAPI == nil || downwardFiles(pod, volume.DownwardAPI.Items, files) != nil {
			continue
		}
		if err := writeFiles(w.folder(volume.Name), files); err != nil {
			// The next change of the pod writes them again.
			continue
		}
	}
}

func writeFiles(folder string, files map[string][]byte) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	// MkdirAll's mode is cut by the umask; a container may run as anyone.
	if err := os.Chmod(folder, 0o777); err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if held, err := os.ReadFile(path); err == nil && string(held) == string(content) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		// Whoever reads the file sees the old text or the new one, never a part.
		if err := os.WriteFile(path+".new", content, 0o644); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	return nil
}
