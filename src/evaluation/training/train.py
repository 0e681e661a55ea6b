#!/usr/bin/env python3
"""Trains the stamp networks on what `sohoa training-data stamps` writes, and exports them to ONNX; see README.md.

    train.py finder | reader | second_reader | wide_reader [--config FILE] [--out FILE]
"""

import argparse
import hashlib
import json
import math
import sys
import time
import tomllib
from pathlib import Path

from networks import NETWORKS, fold_normalisation, forward, load_weights, random_weights, to_onnx

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parent.parent / "engine" / "weights"

# Rows and columns of a strip that show the word alone: WORD_STRIP within CONTEXT_STRIP, see src/engine/networks/stamps.rs.
WORD = (slice(12, 52), slice(88, 200))

# Weights of the values of the word's offset in the loss: rotation, scale, along, across.
PLACE_WEIGHTS = (8.0, 4.8, 4.0, 4.0)


# --- examples ---------------------------------------------------------------------------------------------------------------


def open_dataset(folder, kind):
    """Images and labels of one folder. `kind` is "strip" or "tile"."""
    import numpy as np

    folder = Path(folder)
    described = json.loads((folder / "dataset.json").read_text("utf-8"))
    count = described[kind + "s"]
    labels = [len(described["strip_columns"])] if kind == "strip" else described["tile_label_shape"]
    pictures = np.memmap(folder / f"{kind}s.u8", "u1", "r", shape=(count, *described[kind + "_shape"]))
    return described, pictures, np.fromfile(folder / f"{kind}_labels.f32", "<f4").reshape(count, *labels)


class Examples:
    """Examples of several folders. The last part of each folder is held out; `hold_out` is its share, 0 to 1.

    Examples of one page are consecutive, so at most one page per folder is both in the training part and in the part held out.
    """

    def __init__(self, folders, kind, hold_out):
        import numpy as np

        if not folders:
            sys.exit("the configuration names no folder of data")
        opened = [open_dataset(folder, kind) for folder in folders]
        self.columns = opened[0][0]["strip_columns"]
        self.pictures = [pictures for _, pictures, _ in opened]
        split = lambda labels: int(len(labels) * (1 - hold_out))
        rows = [(part, row) for part, (_, _, labels) in enumerate(opened) for row in range(split(labels))]
        held = [(part, row) for part, (_, _, labels) in enumerate(opened) for row in range(split(labels), len(labels))]
        self.rows, self.held = np.array(rows), np.array(held)
        self.labels = [labels for _, _, labels in opened]

    def take(self, rows):
        """Images and labels of the examples `rows`, given as (index of the folder, index in the folder)."""
        import numpy as np

        return np.stack([self.pictures[p][i] for p, i in rows]), np.stack([self.labels[p][i] for p, i in rows])

    def column(self, rows, name):
        """Values of the label `name` of the strips `rows`."""
        import numpy as np

        return np.array([self.labels[p][i, self.columns.index(name)] for p, i in rows])


def normalise(pictures):
    """Normalises images as normalized_planes in src/engine/networks/stamps.rs does: paper is about 1, black ink about -3."""
    import torch

    return (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255 - 0.75) * 4


def vary(pictures):
    """Normalises images after random changes of the strength of the ink, of each colour channel, and of noise."""
    import torch

    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    between = lambda low, high, colours=1: torch.rand(len(x), colours, 1, 1) * (high - low) + low
    x = 1 - (1 - x) * between(0.75, 1.2) * between(0.92, 1.08, 3)
    x = x + torch.randn(len(x), 1, *x.shape[2:]) * between(0, 0.03)
    return (x.clamp(0, 1) - 0.75) * 4


class FinderTask:
    """Training of the finder, on tiles."""

    kind = "tile"

    def __init__(self, examples):
        self.examples = examples

    def batch(self, size, rng):
        return self.examples.take(self.examples.rows[rng.integers(0, len(self.examples.rows), size)])

    def loss(self, output, labels):
        """Sum of the focal loss of the three words, and the mean absolute error of the position in cells that show a word."""
        import torch
        import torch.nn.functional as F

        wanted = torch.from_numpy(labels).permute(0, 3, 1, 2)
        is_word, counts = (wanted[:, :3] == 1).float(), (wanted[:, :3] != 2).float()
        sure = torch.sigmoid(output[:, :3])
        focal = torch.where(is_word > 0, 4 * (1 - sure), 2 * sure**1.5)
        # All words of a tile have the same total weight, however many cells they cover.
        cells = is_word.sum((2, 3), keepdim=True)
        weight = torch.where(is_word > 0, 6 / cells.clamp(min=1), torch.ones_like(is_word))
        errors = F.binary_cross_entropy_with_logits(output[:, :3], is_word, reduction="none")
        words = (errors * focal * counts * weight).sum() / ((is_word * weight).sum() + 20)
        any_word = is_word.amax(1, keepdim=True)
        places = ((output[:, 3:] - wanted[:, 3:]).abs() * any_word).sum() / (any_word.sum() * 5 + 1)
        return words + 0.5 * places

    def figures(self, output, labels):
        """Shares of the tiles with the word, and of those without any word, that have a cell above log-odds of -2, 0 and 2."""
        import numpy as np

        odds, word = output[:, 0], labels[..., 0]
        has, none = (word == 1).any((1, 2)), (labels[..., :3] == 0).all((1, 2, 3))
        yes = np.where(word == 1, odds, -99).max((1, 2))[has]
        no = odds.max((1, 2))[none]
        shares = {f"at_{at}": [round(float((some > at).mean()), 4) if len(some) else None for some in (yes, no)] for at in (-2, 0, 2)}
        return {"tiles": [len(yes), len(no)], **shares}


class ReaderTask:
    """Training of the readers, on strips. Half of each batch shows the word."""

    kind = "strip"

    def __init__(self, examples, is_wide):
        import numpy as np

        self.examples, self.is_wide = examples, is_wide
        rows = examples.rows
        is_word, cut = examples.column(rows, "is_word") == 1, examples.column(rows, "cut")
        # Strips cut at corrected positions (cut 1) are drawn most often: recognition corrects the position before it reads a strip.
        share = np.where(cut == 1, 1.0, 0.5 if is_wide else 0.7)
        share = share * np.where(~is_word & (examples.column(rows, "word_log_odds") < -2.6), 0.5, 1.0)
        if is_word.all() or not is_word.any():
            sys.exit("the data have no strips with the word, or none without")
        self.sides = [(rows[side], share[side] / share[side].sum()) for side in (is_word, ~is_word)]

    def crop(self, strips):
        import numpy as np

        return strips if self.is_wide else np.ascontiguousarray(strips[:, WORD[0], WORD[1]])

    def batch(self, size, rng):
        import numpy as np

        halves = (size // 2, size - size // 2)
        rows = [side[rng.choice(len(side), count, p=share)] for (side, share), count in zip(self.sides, halves)]
        strips, labels = self.examples.take(np.concatenate(rows))
        return self.crop(strips), labels

    def loss(self, output, labels):
        """Cross entropy; for the wide reader, the error of the offset of the word is added."""
        import torch
        import torch.nn.functional as F

        is_word = torch.from_numpy(labels[:, 0].copy())
        loss = F.binary_cross_entropy_with_logits(output[:, 0], is_word * 0.98 + 0.01)
        if self.is_wide:
            place = torch.from_numpy(labels[:, 1:5].copy())
            counts = ((place.abs() < 1).all(1) & (is_word == 1)).float()
            weights = torch.tensor(PLACE_WEIGHTS)
            each = F.smooth_l1_loss(output[:, 1:] * weights, place.nan_to_num() * weights, reduction="none").mean(1)
            loss = loss + 0.5 * (each * counts).sum() / (counts.sum() + 1)
        return loss

    def figures(self, output, labels):
        """Recall at false positive rates of 50, 20 and 5 per mille, and error of the offset, on strips at corrected positions."""
        import numpy as np

        straight = labels[:, self.examples.columns.index("cut")] == 1
        output, labels = output[straight], labels[straight]
        is_word = labels[:, 0] == 1
        yes, no = output[is_word, 0], np.sort(output[~is_word, 0])[::-1]
        figures = {"strips": [len(yes), len(no)]}
        for permille in (50, 20, 5):
            if len(no) and len(yes):
                figures[f"recall_at_{permille}"] = round(float((yes > no[len(no) * permille // 1000]).mean()), 4)
        if self.is_wide and len(yes):
            figures["place_error"] = [round(float(value), 4) for value in np.abs(output[is_word, 1:] - labels[is_word, 1:5]).mean(0)]
        return figures


# --- training ---------------------------------------------------------------------------------------------------------------


def predict(network, weights, task, rows):
    """Outputs of a network for the examples `rows`, and their labels."""
    import numpy as np
    import torch

    outputs, labels = [], []
    for start in range(0, len(rows), 100):
        pictures, wanted = task.examples.take(rows[start : start + 100])
        pictures = task.crop(pictures) if task.kind == "strip" else pictures
        with torch.no_grad():
            outputs.append(forward(network, weights, normalise(pictures)).numpy())
        labels.append(wanted)
    return np.concatenate(outputs), np.concatenate(labels)


def train(network, config, task, weights):
    """Trains a network by AdamW with warm-up and a cosine learning rate. Returns the running mean of the weights."""
    import numpy as np
    import torch

    torch.manual_seed(config["seed"])
    torch.use_deterministic_algorithms(True, warn_only=True)
    rng = np.random.default_rng(config["seed"])
    weights = {name: torch.from_numpy(np.array(value, "f")) for name, value in weights.items()}
    learnt = {name: value.requires_grad_() for name, value in weights.items() if name[-1] not in "mv"}
    mean = {name: value.detach().clone() for name, value in weights.items()}
    decayed, others = ([value for name, value in learnt.items() if name.endswith("w") is is_decayed] for is_decayed in (True, False))
    groups = [{"params": decayed, "weight_decay": config["weight_decay"]}, {"params": others, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=config["learning_rate"], betas=(0.9, 0.99))
    per_epoch = max(1, len(task.examples.rows) // config["batch"])
    steps, began = per_epoch * config["epochs"], time.monotonic()
    for step in range(1, steps + 1):
        rate = config["learning_rate"] * min(1, step / 200) * (0.502 + 0.5 * math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = rate
        pictures, labels = task.batch(config["batch"], rng)
        loss = task.loss(forward(network, weights, vary(pictures), config["dropout"]), labels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(learnt.values()), 5.0)
        optimiser.step()
        with torch.no_grad():
            for name, value in weights.items():
                mean[name].lerp_(value, 1 - config["mean_decay"])
        if step % per_epoch == 0:
            figures = task.figures(*predict(network, mean, task, task.examples.held))
            print(f"epoch {step // per_epoch}: loss {loss.item():.4f}, {time.monotonic() - began:.0f} s, {figures}", flush=True)
    return {name: value.numpy() for name, value in mean.items()}


def check_export(network, model, weights, task):
    """Ends the program with an error if the ONNX model and this script give different outputs for a held-out example."""
    import numpy as np
    import torch
    from onnx.reference import ReferenceEvaluator

    expected, _ = predict(network, {name: torch.from_numpy(value) for name, value in weights.items()}, task, task.examples.held[:1])
    pictures, _ = task.examples.take(task.examples.held[:1])
    pictures = task.crop(pictures) if task.kind == "strip" else pictures
    (given,) = ReferenceEvaluator(model).run(None, {"input": normalise(pictures).numpy()})
    if not np.allclose(given, expected, rtol=1e-3, atol=1e-3):
        sys.exit(f"the exported network differs by up to {np.abs(given - expected).max()}")


def manifest_entry(network, config, out, model, figures):
    """Entry of src/engine/weights/manifest.toml for a new weights file."""
    data = out.read_bytes()
    shape = lambda one: [dim.dim_value for dim in one.type.tensor_type.shape.dim]
    rows = [
        "[[weights]]",
        f'file = "{config["weights"]}"',
        f'network = "{network}"',
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"',
        f"bytes = {len(data)}",
        f"input = {shape(model.graph.input[0])}",
        f"output = {shape(model.graph.output[0])}",
        f"seed = {config['seed']}",
        f"held_out = '{json.dumps(figures)}'",
    ]
    return "\n".join(rows)


def run(network, config, out):
    """Trains one network with its configuration, and writes it to `out`."""
    import numpy as np
    import onnx
    import torch

    kind = FinderTask.kind if network == "finder" else ReaderTask.kind
    examples = Examples(config["data"], kind, config["hold_out"])
    if not len(examples.rows) or not len(examples.held):
        sys.exit("the data are too few to learn from and to hold out")
    task = FinderTask(examples) if network == "finder" else ReaderTask(examples, network == "wide_reader")
    start = load_weights(WEIGHTS / config["start"]) if "start" in config else None
    begin = random_weights(network, np.random.default_rng(config["seed"])) if start is None else start
    weights = fold_normalisation(train(network, config, task, begin))
    share = config.get("share", 1.0)
    if start is not None and share < 1.0:
        # Interpolation between the old and the new weights keeps abilities of both (M. Wortsman et al., 2022).
        weights = {name: (1 - share) * start[name] + share * value for name, value in weights.items()}
    weights = {name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()}
    model = to_onnx(network, weights)
    check_export(network, model, weights, task)
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(out))
    figures = task.figures(*predict(network, {name: torch.from_numpy(value) for name, value in weights.items()}, task, examples.held))
    print(manifest_entry(network, config, out, model, figures))


def read_config(file):
    """Reads the configuration of a network; README.md lists the keys."""
    config = tomllib.loads(Path(file).read_text("utf-8"))
    needed = {"weights", "seed", "epochs", "batch", "learning_rate", "weight_decay", "mean_decay", "dropout", "hold_out", "data"}
    unknown, missing = set(config) - needed - {"start", "share"}, needed - set(config)
    if unknown or missing:
        sys.exit(f"{file}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
    return config


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="network", required=True)
    for network in NETWORKS:
        command = commands.add_parser(network, help=f"train the {network.replace('_', ' ')}")
        command.add_argument("--config", type=Path, default=HERE / f"{network}.toml", help="configuration [%(default)s]")
        command.add_argument("--out", type=Path, help="ONNX file to write [the configuration's `weights`, in this folder]")
    given = parser.parse_args()
    config = read_config(given.config)
    run(given.network, config, given.out or Path(config["weights"]))


if __name__ == "__main__":
    main()
