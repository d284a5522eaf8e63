//! How trees are grown: each on the gradient of the logistic loss, over histograms of at most 255 steps a feature.
//!
//! Rows and features are drawn by a seed, so the same rows and settings give the same model, bit for bit.
use super::{LEAF, Node};

/// Settings of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boosting {
    pub trees: usize,
    pub depth: usize,
    /// How much of each tree is taken.
    pub rate: f64,
    /// Added to the weight of every leaf (L2).
    pub lambda: f64,
    /// Weight of rows a leaf has at least.
    pub weight_min: f64,
    /// Part of the rows that a tree sees.
    pub rows: f64,
    /// Part of the features that a tree sees.
    pub columns: f64,
    pub seed: u64,
}

impl Default for Boosting {
    fn default() -> Boosting {
        Boosting { trees: 150, depth: 5, rate: 0.03, lambda: 1.0, weight_min: 0.1, rows: 0.8, columns: 0.5, seed: 1 }
    }
}

/// Rows to learn from, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub features: usize,
    /// `features` values for each row; NaN for what is not known.
    pub values: Vec<f32>,
    pub labels: Vec<bool>,
}

impl Rows {
    pub fn new(features: usize) -> Rows {
        Rows { features, ..Rows::default() }
    }
    pub fn push(&mut self, row: &[f32], label: bool) {
        self.values.extend_from_slice(&row[..self.features]);
        self.labels.push(label);
    }
    pub fn len(&self) -> usize {
        self.labels.len()
    }
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// A small generator of numbers (SplitMix64), so that a training can be repeated.
pub(crate) struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// From 0 to below 1.
    pub fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

const BINS_MAX: usize = 255;
/// Steps with as many rows each; the first and the last are cut on by thirds, because fraud is rare and lies at the
/// ends.
const EVEN: usize = 200;
/// Rows of the smallest step.
const TAIL_MIN: usize = 4;

/// Values cut into steps, column by column.
struct Binned {
    /// Upper edge of each step but the last, ascending.
    edges: Vec<Vec<f32>>,
    steps: Vec<Vec<u8>>,
}

impl Binned {
    fn new(rows: &Rows) -> Binned {
        let column = |f: usize| rows.values.iter().skip(f).step_by(rows.features.max(1)).copied();
        let edges: Vec<Vec<f32>> = (0..rows.features).map(|f| edges(column(f))).collect();
        let steps = edges.iter().enumerate().map(|(f, e)| column(f).map(|v| step(e, v)).collect()).collect();
        Binned { edges, steps }
    }
}

fn edges(column: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut sorted: Vec<f32> = column.filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() <= BINS_MAX {
        distinct.pop();
        return distinct;
    }
    let n = sorted.len();
    let mut edges: Vec<f32> = (1..EVEN).map(|i| sorted[i * n / EVEN]).collect();
    let mut tail = n / EVEN;
    while tail >= TAIL_MIN && edges.len() + 2 < BINS_MAX {
        edges.extend([sorted[tail], sorted[n - 1 - tail]]);
        tail = tail * 2 / 3;
    }
    edges.sort_unstable_by(f32::total_cmp);
    edges.dedup();
    edges
}

fn step(edges: &[f32], value: f32) -> u8 {
    if value.is_nan() { 0 } else { edges.partition_point(|e| *e < value) as u8 }
}

#[derive(Clone, Copy, Default)]
struct Weight {
    gradient: f64,
    hessian: f64,
}

impl Weight {
    fn add(&mut self, other: Weight) {
        self.gradient += other.gradient;
        self.hessian += other.hessian;
    }
    fn less(self, other: Weight) -> Weight {
        Weight { gradient: self.gradient - other.gradient, hessian: self.hessian - other.hessian }
    }
    fn gain(self, lambda: f64) -> f64 {
        self.gradient * self.gradient / (self.hessian + lambda)
    }
}

struct Split {
    feature: usize,
    step: usize,
    gain: f64,
}

struct Grower<'a> {
    set: &'a Boosting,
    binned: &'a Binned,
    weights: &'a [Weight],
    columns: &'a [usize],
    tree: Vec<Node>,
}

impl Grower<'_> {
    /// Grows the node at `at` from these rows, down to `depth` more levels.
    fn grow(&mut self, at: usize, rows: &mut [u32], depth: usize) {
        let mut total = Weight::default();
        rows.iter().for_each(|r| total.add(self.weights[*r as usize]));
        let value = -total.gradient / (total.hessian + self.set.lambda) * self.set.rate;
        self.tree[at] = Node { feature: LEAF, threshold: 0.0, left: 0, value: value as f32 };
        let found = if depth == 0 { None } else { self.best(rows, total) };
        let Some(split) = found else { return };
        let column = &self.binned.steps[split.feature];
        let mut edge = 0;
        for i in 0..rows.len() {
            if usize::from(column[rows[i] as usize]) <= split.step {
                rows.swap(i, edge);
                edge += 1;
            }
        }
        let left = self.tree.len();
        let empty = Node { feature: LEAF, threshold: 0.0, left: 0, value: 0.0 };
        self.tree.extend([empty, empty]);
        let threshold = self.binned.edges[split.feature][split.step];
        self.tree[at] = Node { feature: split.feature as u16, threshold, left: left as u32, value: value as f32 };
        let (low, high) = rows.split_at_mut(edge);
        self.grow(left, low, depth - 1);
        self.grow(left + 1, high, depth - 1);
    }

    fn best(&self, rows: &[u32], total: Weight) -> Option<Split> {
        let mut best: Option<Split> = None;
        let alone = total.gain(self.set.lambda);
        for feature in self.columns {
            let column = &self.binned.steps[*feature];
            let steps = self.binned.edges[*feature].len();
            let mut histogram = [Weight::default(); BINS_MAX + 1];
            rows.iter().for_each(|r| histogram[usize::from(column[*r as usize])].add(self.weights[*r as usize]));
            let mut left = Weight::default();
            for (step, weight) in histogram.iter().enumerate().take(steps) {
                left.add(*weight);
                let right = total.less(left);
                if left.hessian.min(right.hessian) < self.set.weight_min {
                    continue;
                }
                let gain = left.gain(self.set.lambda) + right.gain(self.set.lambda) - alone;
                if gain > 1e-9 && best.as_ref().is_none_or(|b| gain > b.gain) {
                    best = Some(Split { feature: *feature, step, gain });
                }
            }
        }
        best
    }

    /// Gives inner nodes the mean of what lies below them, weighted by rows: what is expected there.
    fn expect(&mut self, at: usize, rows: &[u32], values: &dyn Fn(usize, u32) -> u8) -> f64 {
        let node = self.tree[at];
        if node.feature == LEAF {
            return f64::from(node.value);
        }
        let edge = self.binned.edges[usize::from(node.feature)].partition_point(|e| *e < node.threshold);
        let goes_left = |r: &&u32| usize::from(values(usize::from(node.feature), **r)) <= edge;
        let (low, high): (Vec<u32>, Vec<u32>) = {
            let low: Vec<u32> = rows.iter().filter(goes_left).copied().collect();
            let high = rows.iter().filter(|r| !goes_left(r)).copied().collect();
            (low, high)
        };
        let left = self.expect(node.left as usize, &low, values);
        let right = self.expect(node.left as usize + 1, &high, values);
        let (a, b) = (low.len() as f64, high.len() as f64);
        let mean = if a + b > 0.0 { (left * a + right * b) / (a + b) } else { 0.0 };
        self.tree[at].value = mean as f32;
        mean
    }
}

/// Grows trees from rows; the base logit and the trees. `told` hears how many trees there are.
pub fn train(rows: &Rows, set: &Boosting, told: &mut dyn FnMut(usize)) -> (f32, Vec<Vec<Node>>) {
    let binned = Binned::new(rows);
    let n = rows.len();
    let fraud = rows.labels.iter().filter(|l| **l).count() as f64;
    let part = ((fraud + 0.5) / (n as f64 + 1.0)).clamp(1e-6, 1.0 - 1e-6);
    let base = (part / (1.0 - part)).ln() as f32;
    let mut logits = vec![f64::from(base); n];
    let mut dice = Dice(set.seed);
    let mut trees = Vec::with_capacity(set.trees);
    for done in 0..set.trees {
        let weigh = |(logit, label): (&f64, &bool)| {
            let p = 1.0 / (1.0 + (-logit).exp());
            Weight { gradient: p - f64::from(u8::from(*label)), hessian: p * (1.0 - p) }
        };
        let weights: Vec<Weight> = logits.iter().zip(&rows.labels).map(weigh).collect();
        let mut drawn: Vec<u32> = (0..n as u32).filter(|_| dice.part() < set.rows).collect();
        let mut columns: Vec<usize> = (0..rows.features).filter(|_| dice.part() < set.columns).collect();
        if columns.is_empty() {
            columns = (0..rows.features).collect();
        }
        let root = Node { feature: LEAF, threshold: 0.0, left: 0, value: 0.0 };
        let mut grower = Grower { set, binned: &binned, weights: &weights, columns: &columns, tree: vec![root] };
        grower.grow(0, &mut drawn, set.depth);
        grower.expect(0, &drawn, &|feature, row| binned.steps[feature][row as usize]);
        let tree = grower.tree;
        for (row, logit) in logits.iter_mut().enumerate() {
            *logit += f64::from(leaf(&tree, &rows.values[row * rows.features..(row + 1) * rows.features]));
        }
        trees.push(tree);
        told(done + 1);
    }
    (base, trees)
}

fn leaf(tree: &[Node], row: &[f32]) -> f32 {
    let mut at = tree[0];
    while at.feature != LEAF {
        at = tree[at.next(row)];
    }
    at.value
}
