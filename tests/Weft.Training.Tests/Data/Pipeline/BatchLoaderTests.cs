namespace Weft.Training.Tests;

public class BatchLoaderTests
{
    private static readonly AugmentationOptions Everything = new()
    {
        Applied = [new HorizontalFlip(0.5), new Shift(0.1), new Rotation(15), new RandomCrop(2), new RandomErasing(0.5), new Mixup(0.4), new Cutmix(1)],
    };

    private static readonly ImageSamples Samples = SyntheticImages.Create(103);
    private static readonly int[] Indices = [.. Enumerable.Range(0, 103).Where(i => i % 7 != 3)];
    private static readonly DatasetStatistics Statistics = DatasetStatistics.Of(Samples, Indices);

    [Fact]
    public void An_epoch_gives_every_sample_once_and_keeps_the_last_part()
    {
        using var loader = Create(new() { BatchSize = 32, Seed = 5 });
        var orders = new List<int[]>();
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            var seen = new List<int>();
            for (var i = 0; i < loader.BatchesPerEpoch; i++)
            {
                var batch = loader.Next();
                Assert.Equal((epoch, i, i < 2 ? 32 : Indices.Length - 64), (batch.Epoch, batch.Index, batch.Count));
                seen.AddRange(batch.SampleIndices);
                Assert.All(Enumerable.Range(0, batch.Count), k => Assert.Equal(Samples.Label(batch.SampleIndices[k]), batch.Labels[k]));
            }

            Assert.Equal(Indices, seen.Order());
            orders.Add([.. seen]);
        }

        Assert.Equal(orders[0], Rng.For(5, RngPurpose.Order).Derive(1L).Permutation(Indices.Length).Select(i => Indices[i]));
        Assert.NotEqual(orders[0], orders[1]);
        Assert.NotEqual(orders[1], orders[2]);
    }

    [Fact]
    public void Starting_anywhere_gives_the_bytes_of_a_run_from_the_start()
    {
        var options = new BatchLoaderOptions { BatchSize = 16, Seed = 9, Epochs = 4, Augmentation = Everything with { OffLastEpochs = 1 } };
        var whole = new List<byte[]>();
        using (var loader = Create(options))
        {
            for (var i = 0; i < 4 * loader.BatchesPerEpoch; i++)
                whole.Add(Bytes(loader.Next()));
        }

        var perEpoch = whole.Count / 4;
        for (var start = 0; start < whole.Count; start += 3)
        {
            using var resumed = Create(options with { StartEpoch = 1 + start / perEpoch, StartBatch = start % perEpoch });
            for (var i = start; i < Math.Min(start + 5, whole.Count); i++)
                Assert.True(whole[i].AsSpan().SequenceEqual(Bytes(resumed.Next())), $"batch {i} after a start at {start}");
        }

        using var afterTheLast = Create(options with { StartEpoch = 1, StartBatch = perEpoch });
        Assert.True(whole[perEpoch].AsSpan().SequenceEqual(Bytes(afterTheLast.Next())), "a start behind an epoch's last batch is the next epoch");
    }

    [Fact]
    public void A_sample_looks_the_same_in_batches_of_every_size()
    {
        var small = Collect(new() { BatchSize = 1, Seed = 2, Augmentation = Everything });
        var large = Collect(new() { BatchSize = 64, Seed = 2, Augmentation = Everything });
        Assert.Equal(Indices.Length, small.Count);
        Assert.All(small, pair => Assert.True(pair.Value.AsSpan().SequenceEqual(large[pair.Key]), $"sample {pair.Key}"));
        var otherSeed = Collect(new() { BatchSize = 64, Seed = 3, Augmentation = Everything });
        Assert.All(small, pair => Assert.False(pair.Value.AsSpan().SequenceEqual(otherSeed[pair.Key]), $"sample {pair.Key}"));
    }

    [Fact]
    public void Switching_one_augmentation_leaves_the_draws_of_the_others_alone()
    {
        var flipped = Collect(new() { Augmentation = new() { Applied = [new HorizontalFlip(0.5)] } });
        var plain = Collect(new());
        var erased = Collect(new() { Augmentation = new() { Applied = [new HorizontalFlip(0.5), new RandomErasing(0.3)] } });
        var changedByErasing = flipped.Count(pair => !pair.Value.AsSpan().SequenceEqual(erased[pair.Key]));
        var changedByFlip = flipped.Count(pair => !pair.Value.AsSpan().SequenceEqual(plain[pair.Key]));
        Assert.InRange(changedByErasing, Indices.Length / 10, Indices.Length / 2); // all those that were not erased kept their flip
        Assert.InRange(changedByFlip, Indices.Length / 3, Indices.Length * 2 / 3);
    }

    [Fact]
    public void The_last_epochs_can_go_without_augmentation()
    {
        var options = new BatchLoaderOptions { BatchSize = 200, Epochs = 3, Augmentation = Everything with { OffLastEpochs = 2 } };
        using var loader = Create(options);
        using var plain = Create(options with { Augmentation = AugmentationOptions.None });
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            var isSame = Bytes(loader.Next()).AsSpan().SequenceEqual(Bytes(plain.Next()));
            Assert.Equal(epoch > 1, isSame);
        }
    }

    [Fact]
    public void Mixed_batches_carry_second_labels_and_weights()
    {
        using var loader = Create(new() { BatchSize = 90, Augmentation = new() { Applied = [new Mixup(1)] } });
        var batch = loader.Next();
        Assert.True(batch.IsMixed);
        Assert.Equal(batch.Count, batch.Targets.SecondLabels.Length);
        foreach (var weight in batch.Targets.Weights)
            Assert.InRange(weight, 0f, 1f);
        Assert.True(batch.Targets.SecondLabels.ToArray().Distinct().Count() > 5);
        using var plain = Create(new());
        Assert.True(plain.Next().Targets.Weights.IsEmpty);
    }

    [Fact]
    public void What_goes_wrong_in_the_producer_surfaces_at_the_consumer()
    {
        using var loader = new BatchLoader(Samples, [0, 1, 2, 5000], Statistics, new() { BatchSize = 1 });
        Assert.Throws<IndexOutOfRangeException>(() =>
        {
            for (var i = 0; i < 4; i++)
                loader.Next();
        });
        Assert.Throws<IndexOutOfRangeException>(loader.Next);
    }

    [Fact]
    public void Disposing_ends_the_producer_wherever_it_is()
    {
        for (var i = 0; i < 20; i++)
        {
            var loader = Create(new() { BatchSize = 8, Augmentation = Everything });
            for (var k = 0; k < i % 5; k++)
                loader.Next();
            loader.Dispose();
            Assert.Throws<ObjectDisposedException>(loader.Next);
        }
    }

    [Fact]
    public void Waiting_for_data_is_measured_and_only_waiting()
    {
        var samples = SyntheticImages.Create(300);
        using var loader = new BatchLoader(samples, SyntheticImages.All(samples), Statistics,
            new() { BatchSize = 300, Augmentation = Everything, Time = new CountingTime() });
        for (var tries = 0; loader.DataWait == TimeSpan.Zero && tries < 1000; tries++)
            loader.Next();
        var waited = loader.DataWait;
        Assert.Equal(TimeSpan.FromSeconds(1), waited); // a consumer that does nothing else comes too early at last
        // A consumer that leaves more and more time waits no more at last, however slow the machine.
        for (var pause = 1; pause < 60_000; pause *= 2)
        {
            waited = loader.DataWait;
            Thread.Sleep(pause);
            loader.Next();
            if (loader.DataWait == waited)
                return;
        }
        Assert.Fail("each batch was waited for, although nobody asked for it for a minute");
    }

    [Fact]
    public void A_batch_costs_no_memory()
    {
        var renderer = new SampleRenderer(Samples, Indices, Statistics, Everything, seed: 1);
        var image = new float[Samples.Shape.Length];
        long Render()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 300; i++)
            {
                renderer.RenderAugmented(1, Indices[i % Indices.Length], image);
                renderer.Mix(1, Indices[i % Indices.Length], image);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Render();
        Assert.Equal(0, Render());

        using var loader = Create(new() { BatchSize = 8 });
        loader.Next();
        var start = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
            loader.Next();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - start);
    }

    [Fact]
    public void Impossible_options_are_refused_at_once()
    {
        Assert.ThrowsAny<ArgumentException>(() => new BatchLoader(Samples, [], Statistics, new()));
        Assert.ThrowsAny<ArgumentException>(() => Create(new() { BatchSize = 0 }));
        Assert.ThrowsAny<ArgumentException>(() => Create(new() { StartEpoch = 0 }));
        Assert.ThrowsAny<ArgumentException>(() => Create(new() { StartBatch = 2 }));
        Assert.Contains("rotation",
            Assert.ThrowsAny<ArgumentException>(() => Create(new() { Augmentation = new() { Applied = [new Rotation(400)] } })).Message);
    }

    [Fact]
    public void Evaluation_goes_in_order_and_changes_nothing_but_the_scale()
    {
        var loader = new EvaluationLoader(Samples, Indices, Statistics, 32);
        Assert.Equal((3, Indices.Length), (loader.BatchCount, loader.SampleCount));
        var seen = new List<int>();
        for (var i = 0; i < loader.BatchCount; i++)
        {
            var batch = loader.Load(i);
            seen.AddRange(batch.SampleIndices);
            var bytes = Samples.Image(batch.SampleIndices[0]);
            for (var p = 0; p < bytes.Length; p++)
                Assert.Equal((float)((bytes[p] / 255.0 - Statistics.Mean[0]) / Statistics.StandardDeviation[0]), batch.Images[p]);
            var row = batch.Images[..28].ToArray();
            Assert.Equal(row.Reverse(), loader.Load(i, AffineMap.HorizontalFlip(Samples.Shape)).Images[..28].ToArray());
        }

        Assert.Equal(Indices, seen);
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Load(3));
    }

    private static BatchLoader Create(BatchLoaderOptions options) => new(Samples, Indices, Statistics, options);

    private static Dictionary<int, byte[]> Collect(BatchLoaderOptions options)
    {
        using var loader = Create(options);
        var images = new Dictionary<int, byte[]>();
        for (var i = 0; i < loader.BatchesPerEpoch; i++)
        {
            var batch = loader.Next();
            for (var k = 0; k < batch.Count; k++)
                images[batch.SampleIndices[k]] = [.. Raw(batch.Images.Slice(k * 784, 784)), .. batch.IsMixed
                    ? BitConverter.GetBytes(batch.Targets.Weights[k]) : []];
        }

        return images;
    }

    private static byte[] Bytes(Batch batch) =>
    [
        .. Raw(batch.Images), .. batch.SampleIndices.ToArray().SelectMany(BitConverter.GetBytes), .. batch.Labels.ToArray().SelectMany(BitConverter.GetBytes),
        .. batch.Targets.SecondLabels.ToArray().SelectMany(BitConverter.GetBytes), .. Raw(batch.Targets.Weights),
    ];

    private static byte[] Raw(ReadOnlySpan<float> values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray();

    /// <summary>Each look at the clock is a second later.</summary>
    private sealed class CountingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }
}
