using System.Collections.Concurrent;

namespace Weft.Training.Tests;

public class PredictionPoolTests
{
    private static readonly FeatureShape Shape = new(12, 12, 1);

    /// <summary>A network that was never trained: weights as they are drawn.</summary>
    private static TrainedModel Drawn(long seed, NetworkDescription? description = null, string configuration = "small")
    {
        description ??= ModelCatalog.Describe("small", new ModelOptions { Classes = 3, Input = Shape, Width = 0.125 });
        using var device = Device.Cpu(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 1, Training = false, Seed = seed });
        var input = description.Input;
        return new TrainedModel(
            new ModelMetadata
            {
                Description = description,
                Preprocessing = new Preprocessing(
                    input.Height, input.Width, input.Channels, [.. Enumerable.Repeat(0.3, input.Channels)], [.. Enumerable.Repeat(0.25, input.Channels)]),
                Classes = [.. Enumerable.Range(0, network.ClassCount).Select(k => $"class {k}")], DataFingerprint = "",
                Configuration = new Dictionary<string, string> { ["model.name"] = configuration },
            },
            [.. network.State.Select(tensor => new NamedTensor(tensor.Name, [.. tensor.Shape], tensor.ToArray()))]);
    }

    private static byte[][] Images(int count, int length)
    {
        var rng = Rng.For(3, RngPurpose.Analysis);
        return [.. Enumerable.Range(0, count).Select(n => Enumerable.Range(0, length).Select(i => (byte)rng.Int(n * length + i, 256)).ToArray())];
    }

    private static float[][] Alone(TrainedModel model, IReadOnlyList<byte[]> images)
    {
        using var predictor = new Predictor(model, threads: 1);
        return [.. images.Select(image => predictor.Predict([image])[0].Probabilities.ToArray())];
    }

    public static TheoryData<string> Models => [.. ModelCatalog.Models.Select(model => model.Name)];

    /// <summary>For every compiled size and numbers of pictures around it: the bits that a <see cref="Predictor"/> of 64 gives the picture alone.</summary>
    [Theory, Trait("lane", "widest")]
    [MemberData(nameof(Models))]
    public async Task A_pictures_bits_do_not_depend_on_its_batch(string name)
    {
        var input = ModelCatalog.Find(name)!.Summary.Contains("32x32", StringComparison.Ordinal) ? new FeatureShape(32, 32, 3) : new FeatureShape(28, 28, 1);
        var model = Drawn(5, ModelCatalog.Describe(name, new ModelOptions { Classes = 7, Input = input }));
        var images = Images(33, input.Length);
        var expected = Alone(model, images);
        await using var pool = new PredictionPool(model, new PredictionPoolOptions { Threads = 2 });
        foreach (var count in new[] { 1, 2, 4, 5, 16, 17, 32, 33 })
        {
            var answers = await pool.PredictBatchAsync(images[..count], TestContext.Current.CancellationToken);
            for (var i = 0; i < count; i++)
                Assert.Equal(expected[i], answers[i].Probabilities);
        }
    }

    [Fact]
    public async Task What_waits_goes_through_the_network_together()
    {
        var model = Drawn(5);
        var images = Images(40, Shape.Length);
        var expected = Alone(model, images);
        await using var pool = new PredictionPool(model);
        var batches = new ConcurrentQueue<int>();
        using var listener = Listen<int>(pool, "weft.predict.batch_size", batches.Enqueue);
        Task<ImagePrediction>[] answers;
        lock (pool.Engine)
        {
            answers = [.. images.Select(image => pool.PredictAsync(image))];
            Assert.Equal(40, pool.Waiting);
        }

        for (var i = 0; i < answers.Length; i++)
            Assert.Equal(expected[i], (await answers[i]).Probabilities);
        Assert.Equal([32, 8], batches);
        Assert.Equal(0, pool.Waiting);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_what_waits_is_answered()
    {
        await using var pool = new PredictionPool(Drawn(5), new PredictionPoolOptions { Queue = 3 });
        var images = Images(5, Shape.Length);
        Task<ImagePrediction>[] answers;
        lock (pool.Engine)
        {
            answers = [.. images[..4].Select(image => pool.PredictAsync(image))];
            Assert.Equal(PredictionRefusal.QueueFull, Assert.IsType<PredictionRefusedException>(answers[3].Exception!.InnerException).Reason);
            Assert.Equal(PredictionRefusal.QueueFull, Refusal(pool.PredictBatchAsync(images[..2])));
        }

        await Task.WhenAll(answers[..3]);
        Assert.Equal(5, (await pool.PredictBatchAsync(images, TestContext.Current.CancellationToken)).Count); // longer than the queue, where nothing waits
    }

    [Fact]
    public async Task What_is_late_or_not_wanted_any_more_is_not_computed()
    {
        var clock = new HandClock();
        await using var pool = new PredictionPool(Drawn(5), new PredictionPoolOptions { Clock = clock, Deadline = TimeSpan.FromSeconds(10) });
        var images = Images(3, Shape.Length);
        using var gone = new CancellationTokenSource();
        Task<ImagePrediction> late, left, inTime;
        var batches = new ConcurrentQueue<int>();
        using var listener = Listen<int>(pool, "weft.predict.batch_size", batches.Enqueue);
        lock (pool.Engine)
        {
            late = pool.PredictAsync(images[0]);
            clock.Advance(TimeSpan.FromSeconds(5));
            left = pool.PredictAsync(images[1], gone.Token);
            inTime = pool.PredictAsync(images[2]);
            clock.Advance(TimeSpan.FromSeconds(5.5));
            gone.Cancel();
        }

        await inTime;
        Assert.Equal([1], batches);
        Assert.Equal(PredictionRefusal.TooLate, Refusal(late));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
    }

    /// <summary>Eight threads ask while the model is exchanged 300 times: every answer is wholly that of the model whose version it names.</summary>
    [Fact]
    public async Task Models_are_exchanged_under_load_and_never_mixed()
    {
        TrainedModel[] models = [Drawn(1), Drawn(2)];
        var images = Images(6, Shape.Length);
        float[][][] expected = [Alone(models[0], images), Alone(models[1], images)];
        await using var pool = new PredictionPool(models[0], new PredictionPoolOptions { Threads = 1 });
        string[] versions = [.. models.Select(model => ModelContent.Of(model).Version)];
        using var stop = new CancellationTokenSource();
        var answered = 0;
        var askers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await pool.AskAsync(images, explain: false, CancellationToken.None);
                var which = Array.IndexOf(versions, answer.Model.Version);
                for (var i = 0; i < images.Length; i++)
                    Assert.Equal(expected[which][i], answer.Predictions[i].Probabilities);
                Interlocked.Increment(ref answered);
            }
        })).ToArray();
        long before = 0;
        for (var swap = 1; swap <= 300; swap++)
        {
            pool.Swap(models[swap % 2]);
            Assert.Equal(versions[swap % 2], pool.Version);
            if (swap == 100)
                before = Environment.WorkingSet;
        }

        await stop.CancelAsync();
        await Task.WhenAll(askers);
        Assert.True(answered > 50, $"only {answered} answers");
        Assert.True(Environment.WorkingSet - before < 40 << 20, $"200 exchanges took {(Environment.WorkingSet - before) >> 20} MB");
        Assert.Throws<ArgumentException>(() => pool.Swap(Drawn(1, ModelCatalog.Describe("small", new ModelOptions { Input = new FeatureShape(28, 28, 1) }))));
    }

    [Fact]
    public async Task A_new_file_is_taken_and_a_damaged_one_leaves_the_old_model()
    {
        using var folder = new TemporaryFolder();
        var path = folder.In("model.safetensors");
        Drawn(1).Save(path);
        await using var pool = PredictionPool.Load(path, new PredictionPoolOptions { Reload = TimeSpan.FromMilliseconds(20) });
        var refused = new ConcurrentQueue<Exception>();
        pool.ReloadRefused = refused.Enqueue;
        var first = pool.Version;
        var image = Images(1, Shape.Length)[0];
        var answer = await pool.PredictAsync(image, TestContext.Current.CancellationToken);

        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, [.. bytes, 0]);
        Until(() => !refused.IsEmpty);
        Assert.All(refused, failure => Assert.IsType<WeftException>(failure));
        Assert.Equal(first, pool.Version);
        Assert.Equal(answer.Probabilities, (await pool.PredictAsync(image, TestContext.Current.CancellationToken)).Probabilities);

        Drawn(2).Save(path);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddYears(60));
        Until(() => pool.Version != first);
        Assert.Equal(Alone(Drawn(2), [image])[0], (await pool.PredictAsync(image, TestContext.Current.CancellationToken)).Probabilities);
    }

    [Fact]
    public async Task Stopping_answers_what_waits_and_takes_no_more()
    {
        var pool = new PredictionPool(Drawn(5));
        var image = Images(1, Shape.Length)[0];
        Task<ImagePrediction> waiting;
        Task stopped;
        lock (pool.Engine)
        {
            waiting = pool.PredictAsync(image);
            stopped = pool.StopAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(PredictionRefusal.Stopping, Refusal(pool.PredictAsync(image)));
        }

        await stopped;
        Assert.Equal(3, (await waiting).Probabilities.Count);
        await pool.DisposeAsync();
        await pool.DisposeAsync();
        Assert.Equal(PredictionRefusal.Stopping, Refusal(pool.PredictAsync(image)));
    }

    [Fact]
    public async Task A_stop_without_patience_refuses_what_waits()
    {
        await using var pool = new PredictionPool(Drawn(5));
        Task<ImagePrediction> waiting;
        Task stopped;
        lock (pool.Engine)
        {
            waiting = pool.PredictAsync(Images(1, Shape.Length)[0]);
            stopped = pool.StopAsync(TimeSpan.Zero);
            Thread.Sleep(50);
        }

        await stopped;
        Assert.Equal(PredictionRefusal.Stopping, Refusal(waiting));
    }

    [Fact]
    public async Task A_window_waits_for_others()
    {
        await using var pool = new PredictionPool(Drawn(5), new PredictionPoolOptions { Window = TimeSpan.FromSeconds(20), MaxBatch = 2 });
        var images = Images(2, Shape.Length);
        var batches = new ConcurrentQueue<int>();
        using var listener = Listen<int>(pool, "weft.predict.batch_size", batches.Enqueue);
        var first = pool.PredictAsync(images[0], TestContext.Current.CancellationToken);
        await Task.Delay(30, TestContext.Current.CancellationToken);
        Assert.False(first.IsCompleted);
        await pool.PredictAsync(images[1], TestContext.Current.CancellationToken);
        await first;
        Assert.Equal([2], batches);
    }

    [Fact]
    public async Task It_says_where_the_network_looked()
    {
        await using var pool = new PredictionPool(Drawn(5));
        var answer = await pool.AskAsync(Images(2, Shape.Length), explain: true, TestContext.Current.CancellationToken);
        Assert.All(answer.Saliency!, map => Assert.Equal(Shape.Pixels, map.Length));
        Assert.All(answer.Saliency!, map => Assert.All(map, value => Assert.InRange(value, 0, 1)));
    }

    [Fact]
    public async Task A_picture_of_another_size_is_refused_before_it_waits()
    {
        await using var pool = new PredictionPool(Drawn(5));
        await Assert.ThrowsAsync<ArgumentException>(() => pool.PredictAsync(new byte[5], TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(() => pool.PredictBatchAsync([], TestContext.Current.CancellationToken));
        Assert.Equal(0, pool.Waiting);
    }

    private static PredictionRefusal Refusal(Task task) =>
        Assert.IsType<PredictionRefusedException>(Record.Exception(() => task.GetAwaiter().GetResult())).Reason;

    private static System.Diagnostics.Metrics.MeterListener Listen<T>(PredictionPool pool, string name, Action<T> seen)
        where T : struct
    {
        var listener = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == pool.Meters && instrument.Name == name)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<T>((_, value, _, _) => seen(value));
        listener.Start();
        return listener;
    }

    private static void Until(Func<bool> condition)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "nothing happened");
            Thread.Sleep(10);
        }
    }
}
