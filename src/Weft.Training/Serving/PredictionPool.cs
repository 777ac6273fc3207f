using System.Threading.Channels;

namespace Weft.Training;

/// <summary>
/// A model that any number of threads may ask at once. One thread owns the network: whenever that is free it takes all that waits, up to
/// <see cref="PredictionPoolOptions.MaxBatch"/> pictures. A picture's bits do not depend on what it was computed with.
/// </summary>
public sealed class PredictionPool : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    private readonly PredictionPoolOptions _options;
    private readonly Channel<PredictionWork> _queue;
    private readonly PoolMeters _meters;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ModelReload? _reload;
    private ServedModel _model;
    private int _waiting;
    private volatile bool _isStopping;
    private volatile bool _isAborted;

    /// <exception cref="WeftException">The model takes more memory than may be used, or does not compute what its file says.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option that no pool can have.</exception>
    public PredictionPool(TrainedModel model, PredictionPoolOptions? options = null) : this(ModelContent.Of(model), options ?? new())
    {
    }

    internal PredictionPool(ServedFile source, PredictionPoolOptions options) : this(source, source.Stamp, options)
    {
    }

    private PredictionPool(ServedFile source, (long, DateTime) stamp, PredictionPoolOptions options) : this(source.Read(), options)
    {
        if (options.Reload is { } every)
            _reload = new ModelReload(source, stamp, every, options.Clock, Swap, Refused);
    }

    private PredictionPool(ModelContent content, PredictionPoolOptions options)
    {
        options.Check();
        _options = options;
        _model = new ServedModel(content, options);
        _queue = Channel.CreateBounded<PredictionWork>(new BoundedChannelOptions(options.Queue) { SingleReader = true });
        _meters = new PoolMeters(() => Waiting, () => Version);
        _thread = new Thread(Work) { IsBackground = true, Name = "predictions of weft" };
        _thread.Start();
    }

    /// <summary>Opens the file of a model, or a checkpoint of a run.</summary>
    /// <exception cref="WeftException">As <see cref="TrainedModel.Load(string)"/>, and where the model does not compute what its file says.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option that no pool can have.</exception>
    public static PredictionPool Load(string path, PredictionPoolOptions? options = null) => new(new ServedFile(path), options ?? new());

    /// <summary>What a picture must be.</summary>
    public FeatureShape Shape => Current.Model.Shape;

    /// <summary>The names of the classes, in the order of the probabilities.</summary>
    public IReadOnlyList<string> Classes => Current.Model.Classes;

    /// <summary>The first twelve digits of the SHA-256 of the file whose model answers now.</summary>
    public string Version => Current.Version;

    /// <summary>How many pictures wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    internal ServedModel Current => Volatile.Read(ref _model);

    internal TimeSpan Deadline => _options.Deadline;

    internal PoolMeters Meters => _meters;

    /// <summary>Whether it takes requests.</summary>
    internal bool IsReady => !_isStopping;

    /// <value>Told why a new file was not taken, on any thread. Default: nobody.</value>
    internal Action<Exception> ReloadRefused { get; set; } = _ => { };

    /// <summary>Held while the network computes.</summary>
    internal Lock Engine { get; } = new();

    /// <param name="image">[height, width, channels] of <see cref="Shape"/>, bytes as in the training pictures.</param>
    /// <exception cref="ArgumentException">The picture has another size.</exception>
    /// <exception cref="PredictionRefusedException">Too many wait, it waited too long, or the pool is stopping.</exception>
    /// <exception cref="OperationCanceledException">Nobody wants the answer any more.</exception>
    public async Task<ImagePrediction> PredictAsync(byte[] image, CancellationToken cancellationToken = default) =>
        (await AskAsync([image], false, cancellationToken).ConfigureAwait(false)).Predictions[0];

    /// <summary>As the other, of several pictures, which one and the same model answers.</summary>
    /// <inheritdoc cref="PredictAsync(byte[], CancellationToken)"/>
    public async Task<IReadOnlyList<ImagePrediction>> PredictBatchAsync(IReadOnlyList<byte[]> images, CancellationToken cancellationToken = default) =>
        (await AskAsync(images, false, cancellationToken).ConfigureAwait(false)).Predictions;

    /// <summary>Reads a picture as <c>weft predict</c> does, on the calling thread, and predicts it.</summary>
    /// <param name="file">The bytes of a PNG, JPEG, WebP, BMP, GIF, PGM or PPM file.</param>
    /// <inheritdoc cref="PredictAsync(byte[], CancellationToken)"/>
    /// <exception cref="WeftException">There is no such picture, or it is damaged.</exception>
    public Task<ImagePrediction> PredictPictureAsync(byte[] file, CancellationToken cancellationToken = default) =>
        PredictAsync(PictureFile.ReadAhead(new MemoryStream(file), "the picture", Current.Model.PictureInput).First().Pixels, cancellationToken);

    /// <summary>
    /// Answers with another model from the next batch on. It is compiled and tried before; when this returns, the old one has done what it had begun and is
    /// gone.
    /// </summary>
    /// <exception cref="ArgumentException">The model takes other pictures.</exception>
    /// <inheritdoc cref="PredictionPool(TrainedModel, PredictionPoolOptions?)"/>
    public void Swap(TrainedModel model) => Swap(ModelContent.Of(model));

    /// <summary>Takes no more requests, and waits until those that it took are answered.</summary>
    /// <param name="patience">After it the rest is refused.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        _isStopping = true;
        _reload?.Dispose();
        _queue.Writer.TryComplete();
        try
        {
            await _ended.Task.WaitAsync(patience, _options.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _isAborted = true;
            await _ended.Task.ConfigureAwait(false); // after the batch that is being computed
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(_options.Deadline).ConfigureAwait(false);
        _model.Dispose();
        _meters.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <param name="explain">Whether to say where the network looked.</param>
    /// <inheritdoc cref="PredictAsync(byte[], CancellationToken)"/>
    internal async Task<PoolAnswer> AskAsync(IReadOnlyList<byte[]> images, bool explain, CancellationToken cancellationToken)
    {
        var begun = _options.Clock.GetTimestamp();
        var outcome = "ok";
        try
        {
            return await Enqueue(images, explain, begun, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            outcome = failure switch
            {
                PredictionRefusedException { Reason: PredictionRefusal.QueueFull } => "queue_full",
                PredictionRefusedException { Reason: PredictionRefusal.TooLate } => "too_late",
                PredictionRefusedException => "stopping",
                OperationCanceledException => "cancelled",
                _ => "failed",
            };
            throw;
        }
        finally
        {
            _meters.Request(outcome, _options.Clock.GetElapsedTime(begun));
        }
    }

    private Task<PoolAnswer> Enqueue(IReadOnlyList<byte[]> images, bool explain, long begun, CancellationToken cancellationToken)
    {
        var shape = Shape;
        if (images.Count == 0 || images.Any(image => image.Length != shape.Length))
            throw new ArgumentException($"Pictures of {shape} have {shape.Length} bytes each, and at least one is needed.", nameof(images));
        cancellationToken.ThrowIfCancellationRequested();
        if (_isStopping)
            throw new PredictionRefusedException(PredictionRefusal.Stopping);
        // A request of more pictures than may wait is taken where nothing waits.
        if (Interlocked.Add(ref _waiting, images.Count) is var waiting && waiting > _options.Queue && waiting > images.Count)
        {
            Interlocked.Add(ref _waiting, -images.Count);
            throw new PredictionRefusedException(PredictionRefusal.QueueFull);
        }

        var work = new PredictionWork(images, explain, begun, cancellationToken);
        if (_queue.Writer.TryWrite(work))
            return work.Answer;
        Interlocked.Add(ref _waiting, -images.Count);
        throw new PredictionRefusedException(_isStopping ? PredictionRefusal.Stopping : PredictionRefusal.QueueFull);
    }

    private bool Swap(ModelContent content)
    {
        if (content.Model.Shape != Shape || content.Model.PictureInput != Current.Model.PictureInput)
            throw new ArgumentException($"The new model does not take the pictures that the old one takes: {content.Model.Shape} and {Shape}.");
        var served = new ServedModel(content, _options);
        ServedModel old;
        lock (Engine)
        {
            old = _model;
            Volatile.Write(ref _model, _isStopping ? old : served);
        }

        (_isStopping ? served : old).Dispose(); // nobody computes with it: who does holds the engine
        _meters.Reload(taken: true);
        return true;
    }

    private void Refused(Exception failure)
    {
        _meters.Reload(taken: false);
        ReloadRefused(failure);
    }

    private void Work()
    {
        var batch = new List<PredictionWork>();
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            lock (Engine)
            {
                Gather(batch);
                if (batch.Count > 0)
                    Compute(batch);
            }

            batch.Clear();
        }

        _ended.SetResult();
    }

    // All that waits and fits; what is late, or what nobody waits for any more, is left out.
    private void Gather(List<PredictionWork> batch)
    {
        var count = Take(batch, 0);
        var begun = _options.Clock.GetTimestamp();
        while (_options.Window > TimeSpan.Zero && count > 0 && count < _options.MaxBatch && !_isStopping
            && _options.Window - _options.Clock.GetElapsedTime(begun) is var left && left > TimeSpan.Zero)
        {
            Thread.Sleep(left < OneMillisecond ? left : OneMillisecond);
            count = Take(batch, count);
        }
    }

    private int Take(List<PredictionWork> batch, int count)
    {
        while (count < _options.MaxBatch && _queue.Reader.TryPeek(out var next) && (count == 0 || count + next.Images.Count <= _options.MaxBatch))
        {
            _queue.Reader.TryRead(out _);
            Interlocked.Add(ref _waiting, -next.Images.Count);
            if (next.IsDone)
                continue;
            if (_isAborted)
                next.Fail(new PredictionRefusedException(PredictionRefusal.Stopping));
            else if (_options.Clock.GetElapsedTime(next.Begun) > _options.Deadline)
                next.Fail(new PredictionRefusedException(PredictionRefusal.TooLate));
            else
            {
                batch.Add(next);
                count += next.Images.Count;
            }
        }

        return count;
    }

    private void Compute(IReadOnlyList<PredictionWork> batch)
    {
        try
        {
            var answer = _model.Predict([.. batch.SelectMany(work => work.Images)]);
            _meters.Batch(answer.Predictions.Count);
            foreach (var prediction in answer.Predictions)
                _meters.Prediction(prediction);
            var first = 0;
            foreach (var work in batch)
            {
                var part = batch.Count == 1 ? answer : answer.Part(first, work.Images.Count);
                work.Finish(work.Explain ? part with { Saliency = _model.Explain(work.Images, part.Predictions) } : part);
                first += work.Images.Count;
            }
        }
#pragma warning disable CA1031 // whoever asked gets it; the next batch is none of its business
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (batch.Count == 1)
            {
                batch[0].Fail(failure);
                return;
            }

            foreach (var work in batch)
                Compute([work]);
        }
    }
}
