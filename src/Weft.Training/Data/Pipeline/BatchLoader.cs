using System.Runtime.ExceptionServices;

namespace Weft.Training;

/// <summary>How a <see cref="BatchLoader"/> orders, augments and groups samples.</summary>
public sealed record BatchLoaderOptions
{
    /// <value>Default: 128.</value>
    public int BatchSize { get; init; } = 128;

    /// <value>Seed of order and augmentation. Default: 0.</value>
    public long Seed { get; init; }

    /// <value>Epochs of the whole training, from which <see cref="AugmentationOptions.OffLastEpochs"/> counts back. Default: 1.</value>
    public int Epochs { get; init; } = 1;

    /// <value>Epoch of the first batch; 1 is the first. Default: 1.</value>
    public int StartEpoch { get; init; } = 1;

    /// <value>Number of the first batch within that epoch. Default: 0.</value>
    public int StartBatch { get; init; }

    /// <summary>Which samples of a batch of so many are looked at; of the others only the labels are there.</summary>
    /// <value>Default: null, all.</value>
    internal Func<int, (int Start, int Count)>? Share { get; init; }

    /// <value>Default: none.</value>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.None;

    /// <value>Measures <see cref="BatchLoader.DataWait"/>. Default: the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Endless training batches of a split part, epoch after epoch, made by a thread of its own while the consumer trains. Each epoch's order is a permutation
/// drawn from (seed, epoch); a loader that starts at any batch gives the same bytes as one that ran up to there. Memory is taken per epoch, none per batch.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    // One with the consumer, one finished, one in the making.
    private const int Slots = 3;

    private readonly ImageSamples _samples;
    private readonly IReadOnlyList<int> _indices;
    private readonly BatchLoaderOptions _options;
    private readonly SampleRenderer _renderer;
    private readonly Batch[] _slots;
    private readonly Thread _producer;
    private readonly object _gate = new();
    private long _produced;
    private long _taken;
    private bool _isStopping;
    private ExceptionDispatchInfo? _failure;
    private long _waitedTicks;

    /// <param name="indices">The split part's samples.</param>
    /// <exception cref="ArgumentException">No samples, an impossible batch size or start, or augmentations that <see cref="OptionsRecord.Validate"/>
    /// refuses.</exception>
    public BatchLoader(ImageSamples samples, IReadOnlyList<int> indices, DatasetStatistics statistics, BatchLoaderOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfZero(indices.Count, "indices.Count");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StartEpoch, 1);
        if (options.Augmentation.Validate() is [var problem, ..])
            throw new ArgumentException($"{problem.Where} expects {problem.Expected} but received {problem.Found}.", nameof(options));
        BatchesPerEpoch = (indices.Count + options.BatchSize - 1) / options.BatchSize;
        ArgumentOutOfRangeException.ThrowIfNegative(options.StartBatch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.StartBatch, BatchesPerEpoch);
        _samples = samples;
        _indices = indices;
        _options = options;
        _renderer = new SampleRenderer(samples, indices, statistics, options.Augmentation, options.Seed);
        var capacity = Math.Min(options.BatchSize, indices.Count);
        _slots = [.. Enumerable.Range(0, Slots).Select(_ => new Batch(capacity, samples.Shape.Length))];
        _producer = new Thread(Produce) { IsBackground = true, Name = "weft-loader" };
        _producer.Start();
    }

    public int BatchesPerEpoch { get; }

    /// <summary>How long <see cref="Next"/> has waited for the producer in all.</summary>
    public TimeSpan DataWait => TimeSpan.FromSeconds((double)_waitedTicks / _options.Time.TimestampFrequency);

    /// <summary>The next batch; the one given before is void now. Rethrows what went wrong in the producer.</summary>
    /// <exception cref="ObjectDisposedException">The loader was disposed.</exception>
    public Batch Next()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            _taken++; // gives the last batch's memory back
            Monitor.PulseAll(_gate);
            if (_produced < _taken && _failure is null)
            {
                var start = _options.Time.GetTimestamp();
                while (_produced < _taken && _failure is null)
                    Monitor.Wait(_gate);
                _waitedTicks += _options.Time.GetTimestamp() - start;
            }

            if (_produced < _taken)
                _failure!.Throw();
            return _slots[(_taken - 1) % Slots];
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }

        _producer.Join();
    }

    private void Produce()
    {
        try
        {
            var batch = _options.StartBatch;
            for (var epoch = _options.StartEpoch; ; epoch++, batch = 0)
            {
                var order = Rng.For(_options.Seed, RngPurpose.Order).Derive(epoch).Permutation(_indices.Count);
                var isOff = _options.Augmentation.OffLastEpochs > 0 && epoch > _options.Epochs - _options.Augmentation.OffLastEpochs;
                var isAugmented = _options.Augmentation.IsOn && !isOff;
                for (; batch < BatchesPerEpoch; batch++)
                {
                    if (WaitForSlot() is not { } slot)
                        return;
                    Fill(slot, epoch, batch, order, isAugmented);
                    lock (_gate)
                    {
                        _produced++;
                        Monitor.PulseAll(_gate);
                    }
                }
            }
        }
        catch (Exception failure)
        {
            lock (_gate)
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private Batch? WaitForSlot()
    {
        lock (_gate)
        {
            // The consumer holds batch number _taken, so its slot and those of the finished ones behind it are not free.
            while (!_isStopping && _produced - Math.Max(_taken - 1, 0) >= Slots)
                Monitor.Wait(_gate);
            return _isStopping ? null : _slots[_produced % Slots];
        }
    }

    private void Fill(Batch target, int epoch, int batch, int[] order, bool isAugmented)
    {
        var start = batch * _options.BatchSize;
        var isMixed = isAugmented && _renderer.Mixes;
        target.Begin(epoch, batch, Math.Min(_options.BatchSize, order.Length - start), isMixed);
        var share = _options.Share?.Invoke(target.Count) ?? (0, target.Count);
        for (var i = 0; i < target.Count; i++)
        {
            var sample = _indices[order[start + i]];
            target.SetSample(i, sample, _samples.Label(sample));
            if (i < share.Start || i >= share.Start + share.Count)
                continue;
            if (isAugmented)
                _renderer.RenderAugmented(epoch, sample, target.Image(i));
            else
                _renderer.RenderPlain(sample, target.Image(i));
            if (isMixed)
                target.SetMix(i, _renderer.Mix(epoch, sample, target.Image(i)));
        }
    }
}
