using System.Numerics;
using System.Runtime.InteropServices;

namespace Weft.Training;

/// <summary>
/// The loss of a multinomial logistic regression and its gradient, on standardized features that are never stored: a point's weights are divided by the
/// deviations and its biases shifted by the means before the sums over the rows, the gradient after them. A point is [classes, features], then the biases.
/// </summary>
internal sealed class LogisticObjective
{
    private const int RowsAtOnce = 4;
    private const int LeastRows = 256;
    private const int MostBlocks = 64;
    private const long MostBlockBytes = 64 << 20;

    private static readonly int Lanes = Vector<double>.Count;

    private readonly FeatureTable _table;
    private readonly int[] _rows;
    private readonly double[] _weights;  // of the rows; their sum is 1
    private readonly double[] _offsets;  // of the classes, added to the logits
    private readonly double[] _mean;
    private readonly double[] _inverse;  // 1 / deviation; 0 for a feature that is the same in all rows
    private readonly double _strength;
    private readonly double[] _folded;
    private readonly Block[] _blocks;
    private readonly int _classes;
    private readonly int _features;
    private readonly int _stride;        // features, rounded up to whole vectors of floats
    private readonly ParallelOptions _parallel;

    /// <param name="weights">How much each of the rows counts; not negative, and not all 0.</param>
    public LogisticObjective(
        FeatureTable table, int[] rows, int classes, double[] weights, double[] offsets, double strength, ParallelOptions parallel)
    {
        (_table, _rows, _classes, _features, _offsets, _strength, _parallel) = (table, rows, classes, table.Dimension, offsets, strength, parallel);
        var sum = weights.Sum();
        _weights = [.. weights.Select(weight => weight / sum)];
        _stride = (_features + 2 * Lanes - 1) / (2 * Lanes) * 2 * Lanes;
        _folded = new double[classes * (_stride + 1)];
        // How many blocks there are depends on sizes alone: whoever computes them, their sums are the same.
        var most = Math.Clamp(MostBlockBytes / (sizeof(double) * (long)_folded.Length), 1, MostBlocks);
        var length = (int)Math.Max(LeastRows, (rows.Length + most - 1) / most);
        _blocks = [.. Enumerable.Range(0, (rows.Length + length - 1) / length)
            .Select(block => new Block(block * length, Math.Min(rows.Length, (block + 1) * length), _folded.Length, RowsAtOnce * (_stride + classes)))];
        (_mean, _inverse) = Statistics();
    }

    /// <summary>The numbers of a point.</summary>
    public int Length => _classes * (_features + 1);

    public double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
    {
        Fold(point, _folded, _stride, _offsets);
        Parallel.For(0, _blocks.Length, _parallel, block => Sum(_blocks[block]));
        var total = _blocks[0];
        var loss = total.Loss;
        foreach (var block in _blocks.AsSpan(1))
        {
            loss += block.Loss;
            DoubleVectors.AddScaled(total.Gradient, 1, block.Gradient);
        }

        var weights = point[..(_classes * _features)];
        for (var k = 0; k < _classes; k++)
        {
            var own = gradient.Slice(k * _features, _features);
            var bias = total.Gradient[_classes * _stride + k];
            for (var d = 0; d < own.Length; d++)
                own[d] = (total.Gradient[k * _stride + d] - bias * _mean[d]) * _inverse[d] + _strength * weights[k * _features + d];
            gradient[weights.Length + k] = bias;
        }

        return loss + _strength / 2 * DoubleVectors.Dot(weights, weights);
    }

    /// <summary>A point as the layer that computes the same from features as they are.</summary>
    public LinearWeights ToLayer(ReadOnlySpan<double> point)
    {
        var folded = new double[Length];
        Fold(point, folded, _features, new double[_classes]);
        var layer = Array.ConvertAll(folded, value => (float)value);
        return new LinearWeights(_classes, _features, layer[..(_classes * _features)], layer[(_classes * _features)..]);
    }

    private void Fold(ReadOnlySpan<double> point, double[] folded, int stride, double[] offsets)
    {
        for (var k = 0; k < _classes; k++)
        {
            var bias = point[_classes * _features + k] + offsets[k];
            for (var d = 0; d < _features; d++)
            {
                var weight = folded[k * stride + d] = point[k * _features + d] * _inverse[d];
                bias -= weight * _mean[d];
            }

            folded[_classes * stride + k] = bias;
        }
    }

    private void Sum(Block block)
    {
        var features = block.Scratch.AsSpan(0, RowsAtOnce * _stride);
        var logits = block.Scratch.AsSpan(RowsAtOnce * _stride);
        Array.Clear(block.Gradient);
        block.Loss = 0;
        for (var first = block.Begin; first < block.End; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, block.End - first);
            for (var r = 0; r < count; r++)
                Widen(_table.Row(_rows[first + r]), features.Slice(r * _stride, _stride));
            Products(features, logits);
            for (var r = 0; r < RowsAtOnce; r++)
            {
                var own = logits.Slice(r * _classes, _classes);
                if (r >= count)
                {
                    own.Clear(); // rows of an earlier pass count for nothing
                    continue;
                }

                var (label, weight) = (_table.Labels[_rows[first + r]], _weights[first + r]);
                for (var k = 0; k < _classes; k++)
                    own[k] += _folded[_classes * _stride + k];
                var target = own[label];
                block.Loss += weight * (DoubleVectors.Softmax(own) - target);
                own[label] -= 1;
                for (var k = 0; k < _classes; k++)
                    block.Gradient[_classes * _stride + k] += own[k] *= weight;
            }

            AddGradients(features, logits, block.Gradient);
        }
    }

    // The logits of four rows: each weight is loaded once for all of them.
    private void Products(ReadOnlySpan<double> features, Span<double> logits)
    {
        var all = MemoryMarshal.Cast<double, Vector<double>>(features);
        var length = _stride / Lanes;
        ReadOnlySpan<Vector<double>> a = all[..length], b = all.Slice(length, length), c = all.Slice(2 * length, length), d = all.Slice(3 * length, length);
        for (var k = 0; k < _classes; k++)
        {
            var weights = MemoryMarshal.Cast<double, Vector<double>>(_folded.AsSpan(k * _stride, _stride))[..length];
            var (sumA, sumB, sumC, sumD) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
            for (var i = 0; i < weights.Length; i++)
            {
                sumA = Vector.MultiplyAddEstimate(weights[i], a[i], sumA);
                sumB = Vector.MultiplyAddEstimate(weights[i], b[i], sumB);
                sumC = Vector.MultiplyAddEstimate(weights[i], c[i], sumC);
                sumD = Vector.MultiplyAddEstimate(weights[i], d[i], sumD);
            }

            logits[k] = Vector.Sum(sumA);
            logits[_classes + k] = Vector.Sum(sumB);
            logits[2 * _classes + k] = Vector.Sum(sumC);
            logits[3 * _classes + k] = Vector.Sum(sumD);
        }
    }

    // gradient[k] += Σ over four rows of slope[row, k]·features[row]: each sum is loaded and stored once for all of them.
    private void AddGradients(ReadOnlySpan<double> features, ReadOnlySpan<double> slopes, Span<double> gradient)
    {
        var all = MemoryMarshal.Cast<double, Vector<double>>(features);
        var length = _stride / Lanes;
        ReadOnlySpan<Vector<double>> a = all[..length], b = all.Slice(length, length), c = all.Slice(2 * length, length), d = all.Slice(3 * length, length);
        for (var k = 0; k < _classes; k++)
        {
            var sums = MemoryMarshal.Cast<double, Vector<double>>(gradient.Slice(k * _stride, _stride))[..length];
            Vector<double> slopeA = new(slopes[k]), slopeB = new(slopes[_classes + k]), slopeC = new(slopes[2 * _classes + k]),
                slopeD = new(slopes[3 * _classes + k]);
            for (var i = 0; i < sums.Length; i++)
            {
                var sum = Vector.MultiplyAddEstimate(slopeA, a[i], sums[i]);
                sum = Vector.MultiplyAddEstimate(slopeB, b[i], sum);
                sum = Vector.MultiplyAddEstimate(slopeC, c[i], sum);
                sums[i] = Vector.MultiplyAddEstimate(slopeD, d[i], sum);
            }
        }
    }

    private static void Widen(ReadOnlySpan<float> row, Span<double> widened)
    {
        var from = MemoryMarshal.Cast<float, Vector<float>>(row);
        var to = MemoryMarshal.Cast<double, Vector<double>>(widened);
        for (var i = 0; i < from.Length; i++)
            Vector.Widen(from[i], out to[2 * i], out to[2 * i + 1]);
        for (var i = from.Length * Vector<float>.Count; i < row.Length; i++)
            widened[i] = row[i];
    }

    private (double[] Mean, double[] Inverse) Statistics()
    {
        var (mean, inverse) = (new double[_features], new double[_features]);
        foreach (var row in _rows)
        {
            var values = _table.Row(row);
            for (var d = 0; d < mean.Length; d++)
                mean[d] += values[d];
        }

        foreach (ref var value in mean.AsSpan())
            value /= _rows.Length;
        foreach (var row in _rows)
        {
            var values = _table.Row(row);
            for (var d = 0; d < mean.Length; d++)
                inverse[d] += (values[d] - mean[d]) * (values[d] - mean[d]);
        }

        foreach (ref var value in inverse.AsSpan())
        {
            if (!double.IsFinite(value))
                throw new ArgumentException("A feature is not a finite number.");
            value = value > 0 ? 1 / Math.Sqrt(value / _rows.Length) : 0;
        }

        return (mean, inverse);
    }

    private sealed class Block(int begin, int end, int gradientLength, int scratchLength)
    {
        public int Begin => begin;

        public int End => end;

        public double Loss { get; set; }

        public double[] Gradient { get; } = new double[gradientLength];

        public double[] Scratch { get; } = new double[scratchLength];
    }
}
