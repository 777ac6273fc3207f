namespace Weft.Training.Tests;

public class DatasetAuditTests
{
    private static readonly FeatureShape Shape = new(28, 28, 1);

    [Theory]
    [InlineData(28, 28, 1, 0.9)]
    [InlineData(9, 13, 1, 0.8)]
    [InlineData(5, 4, 3, 0.7)]
    [InlineData(40, 17, 1, 0.5)]
    public void No_near_duplicate_is_missed_and_none_is_invented(int height, int width, int channels, double threshold)
    {
        var shape = new FeatureShape(height, width, channels);
        var images = Families(shape, families: 12, members: 9).ToList();
        images.Insert(5, new byte[shape.Length]); // uniform images correlate with nothing
        images.Insert(50, Enumerable.Repeat((byte)200, shape.Length).ToArray());
        var (pairs, isCut) = new NearDuplicateSearch(images.Count, shape, i => images[i], threads: 2)
            .Find(threshold, int.MaxValue, TestContext.Current.CancellationToken);

        var expected = new List<(int, int)>();
        for (var i = 0; i < images.Count; i++)
        {
            for (var j = i + 1; j < images.Count; j++)
            {
                if (Correlation(images[i], images[j]) >= threshold)
                    expected.Add((i, j));
            }
        }

        Assert.True(expected.Count > 20, "the test needs pairs to find");
        Assert.Equal(expected, pairs.Select(pair => (pair.First, pair.Second)));
        Assert.All(pairs, pair => Assert.Equal(Correlation(images[pair.First], images[pair.Second]), pair.Correlation, 10));
        Assert.False(isCut);
    }

    [Fact]
    public void A_list_that_was_cut_says_so()
    {
        var images = Families(Shape, 3, 10);
        var (pairs, isCut) = new NearDuplicateSearch(images.Length, Shape, i => images[i], threads: 2).Find(0.5, 7, TestContext.Current.CancellationToken);
        Assert.Equal((7, true), (pairs.Count, isCut));
    }

    [Fact]
    public void Copies_are_found_within_and_across_parts_with_their_labels()
    {
        var train = Families(Shape, families: 40, members: 1);
        train[30] = train[3]; // same label, across train and validation
        train[21] = train[12]; // other label, within train
        train[17][300] ^= 255;
        var changed = train[5].ToArray();
        changed[100] ^= 20;
        train[35] = changed; // a near copy
        var data = Dataset(train, i => (byte)(i == 21 ? 3 : i == 12 ? 1 : 0));
        var test = Samples([train[12].ToArray(), .. Families(Shape, 3, 1, seed: 99)], _ => 2);
        var split = new DatasetSplit([.. Enumerable.Range(0, 30)], [.. Enumerable.Range(30, 10)]);

        var audit = DatasetAudit.Of(data, split, test, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            [
                (new SampleReference(DataPart.Train, 12, 1), new SampleReference(DataPart.Train, 21, 3)),
                (new SampleReference(DataPart.Train, 3, 0), new SampleReference(DataPart.Validation, 30, 0)),
                (new SampleReference(DataPart.Train, 12, 1), new SampleReference(DataPart.Test, 0, 2)),
            ],
            audit.Exact.Select(pair => (pair.First, pair.Second)));
        Assert.Equal([(false, true), (true, false), (true, true)], audit.Exact.Select(pair => (pair.CrossesParts, pair.LabelsDiffer)));
        var near = Assert.Single(audit.Near);
        Assert.Equal((new SampleReference(DataPart.Train, 5, 0), new SampleReference(DataPart.Validation, 35, 0)), (near.First, near.Second));
        Assert.InRange(near.Correlation, 0.995, 0.99999);
        Assert.Equal([DataPart.Train, DataPart.Validation, DataPart.Test], audit.Balance.Select(balance => balance.Part));
        Assert.Equal([28, 1, 0, 1], audit.Balance[0].Counts.PerClass);
        Assert.Equal([0, 0, 4, 0], audit.Balance[2].Counts.PerClass);
        Assert.Equal([data.Fingerprint, test.Fingerprint], audit.Checksums);
        Assert.Equal(DatasetStatistics.Of(data.Train, split.Train).Mean, audit.Statistics.Mean);
    }

    [Fact]
    public void Without_the_test_samples_the_test_files_stay_closed()
    {
        var data = Dataset(Families(Shape, 20, 1), i => i % 4);
        var audit = DatasetAudit.Of(data, DatasetSplit.Stratified(data.Train.Labels.Span, 4, 4, 0), cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(data.TestIsLoaded);
        Assert.Equal(2, audit.Balance.Count);
        Assert.Single(audit.Checksums);
    }

    [Fact]
    public void Axes_are_orthonormal_and_the_first_has_the_largest_variance()
    {
        const int Dimension = 6, Count = 500;
        var rng = Rng.For(6, RngPurpose.Analysis);
        var vectors = new float[Count * Dimension];
        for (var n = 0; n < Count; n++)
        {
            for (var i = 0; i < Dimension; i++)
                vectors[n * Dimension + i] = (float)(rng.Normal(n * 10 + i) * (1 + i) + (i > 0 ? vectors[n * Dimension] : 0));
        }

        var axes = PrincipalAxes.Of(vectors, Dimension);
        double Variance(int axis)
        {
            var values = Enumerable.Range(0, Count).Select(n => Enumerable.Range(0, Dimension).Sum(i => axes[axis, i] * vectors[n * Dimension + i])).ToArray();
            return values.Average(value => value * value) - values.Average() * values.Average();
        }

        for (var a = 0; a < Dimension; a++)
        {
            for (var b = 0; b < Dimension; b++)
                Assert.Equal(a == b ? 1 : 0, Enumerable.Range(0, Dimension).Sum(i => axes[a, i] * axes[b, i]), 10);
        }

        Assert.Equal(Enumerable.Range(0, Dimension).Select(Variance).OrderDescending(), Enumerable.Range(0, Dimension).Select(Variance));
        Assert.True(Variance(0) > 30);
    }

    /// <summary>Images in families: random ones, and each with small changes.</summary>
    private static byte[][] Families(FeatureShape shape, int families, int members, long seed = 1)
    {
        var rng = Rng.For(seed, RngPurpose.Analysis);
        return
        [
            .. Enumerable.Range(0, families * members).Select(n =>
            {
                var parent = rng.Derive(n / members);
                var own = rng.Derive(1000 + n);
                return Enumerable.Range(0, shape.Length)
                    .Select(p => (byte)Math.Clamp(parent.Double(p) * 255 + (n % members == 0 ? 0 : own.Normal(p) * 8 * (n % members)), 0, 255)).ToArray();
            }),
        ];
    }

    private static double Correlation(byte[] a, byte[] b)
    {
        double meanA = a.Average(x => (double)x), meanB = b.Average(x => (double)x), covariance = 0, varianceA = 0, varianceB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            covariance += (a[i] - meanA) * (b[i] - meanB);
            varianceA += (a[i] - meanA) * (a[i] - meanA);
            varianceB += (b[i] - meanB) * (b[i] - meanB);
        }

        return covariance / Math.Sqrt(varianceA * varianceB);
    }

    private static ImageSamples Samples(byte[][] images, Func<int, int> label) =>
        new(Shape, images.SelectMany(image => image).ToArray(), Enumerable.Range(0, images.Length).Select(label).ToArray(), $"fingerprint of {images.Length}");

    private static ImageDataset Dataset(byte[][] images, Func<int, int> label) =>
        new("test", Samples(images, label), () => throw new InvalidOperationException("The test files were opened."), ["a", "b", "c", "d"]);
}
