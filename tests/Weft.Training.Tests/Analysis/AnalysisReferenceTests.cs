namespace Weft.Training.Tests;

/// <summary>The analyses against scikit-learn, SciPy and PyTorch.</summary>
public class AnalysisReferenceTests
{
    private const double Tolerance = 1e-6; // probabilities are stored in single precision

    [Fact]
    public void Metrics_of_each_class_are_those_of_scikit_learn()
    {
        var result = new EvaluationResult(AnalysisFixture.Predictions(), ["a", "b", "c", "d"]);
        Same(AnalysisFixture.Numbers("precision"), result.PerClass.Select(c => c.Precision));
        Same(AnalysisFixture.Numbers("recall"), result.PerClass.Select(c => c.Recall));
        Same(AnalysisFixture.Numbers("f1"), result.PerClass.Select(c => c.F1));
        Assert.Equal(AnalysisFixture.Ints("confusion"), Enumerable.Range(0, 16).Select(i => result.Confusion(i / 4, i % 4)));
    }

    [Fact]
    public void Confused_pairs_are_rows_true_columns_predicted()
    {
        int[] labels = [0, 0, 0, 1], predictions = [1, 1, 0, 1];
        var table = new PredictionTable(
            [0, 1, 2, 3], labels, [.. predictions.SelectMany(p => new[] { p == 0 ? 0.9f : 0.1f, p == 1 ? 0.9f : 0.1f })], new float[4], 2);
        var pair = Assert.Single(ConfusedPair.Of(new EvaluationResult(table, ["a", "b"])));
        Assert.Equal(new ConfusedPair(0, 1, 2, 1, 2.0 / 3), pair);
    }

    [Fact]
    public void Calibration_error_and_temperature_are_those_of_PyTorch()
    {
        var predictions = AnalysisFixture.Predictions();
        var plain = Calibration.Of(predictions);
        Assert.Equal(AnalysisFixture.Number("ece"), plain.ExpectedError, Tolerance);
        Assert.Equal(AnalysisFixture.Number("loss"), plain.Loss, Tolerance);
        var temperature = Calibration.FitTemperature(predictions);
        Assert.Equal(AnalysisFixture.Number("temperature"), temperature, 1e-5);
        var scaled = Calibration.Of(predictions, temperature);
        Assert.Equal(AnalysisFixture.Number("scaled_loss"), scaled.Loss, Tolerance);
        Assert.Equal(AnalysisFixture.Number("scaled_ece"), scaled.ExpectedError, 1e-5);
        Assert.True(plain.Overconfidence > 0.03 && Math.Abs(scaled.Overconfidence) < 0.02, $"{plain.Overconfidence}, {scaled.Overconfidence}");
    }

    [Fact]
    public void Area_under_the_risk_coverage_curve_is_that_of_NumPy()
    {
        var risk = RiskCoverage.Of(AnalysisFixture.Predictions());
        Assert.Equal(AnalysisFixture.Number("risk_area"), risk.Area, 1e-9);
        Assert.Equal(1, risk.Curve[^1].Coverage);
    }

    [Fact]
    public void Confident_learning_counts_as_the_paper_says()
    {
        var suspects = SuspectLabels.Of(AnalysisFixture.Predictions());
        Same(AnalysisFixture.Numbers("thresholds"), suspects.Thresholds);
        Assert.Equal(AnalysisFixture.Ints("joint"), suspects.Joint);
        Assert.Equal(AnalysisFixture.Ints("suspects"), suspects.Ranked.Take(20).Select(suspect => suspect.Index));
    }

    [Fact]
    public void Effect_and_interval_of_two_groups_are_those_of_SciPy()
    {
        var difference = GroupDifference.Of(AnalysisFixture.Numbers("difference.first"), AnalysisFixture.Numbers("difference.second"));
        Assert.Equal(AnalysisFixture.Number("difference.delta"), difference.Delta, 1e-12);
        Assert.Equal(AnalysisFixture.Number("difference.low"), difference.Low, 1e-12);
        Assert.Equal(AnalysisFixture.Number("difference.high"), difference.High, 1e-12);
    }

    [Fact]
    public void Groups_that_are_the_same_show_nothing_and_groups_apart_show_all()
    {
        double[] values = [1, 2, 3, 4];
        Assert.Equal(0, GroupDifference.Of(values, values).Delta);
        Assert.Equal(1, GroupDifference.Of([5, 6], values).Delta);
        Assert.Equal(new GroupDifference(0, -1, 1, 1, 4), GroupDifference.Of([5], values));
    }

    [Fact]
    public void Nearest_neighbours_are_those_of_scikit_learn()
    {
        const int Dimension = 20;
        FeatureTable Table(string path, int[] labels)
        {
            float[] values = [.. AnalysisFixture.Numbers(path).Select(value => (float)value)];
            return new FeatureTable([.. Enumerable.Range(0, labels.Length)], labels, values, Dimension).Normalized();
        }

        var items = Table("neighbours.items", AnalysisFixture.Ints("neighbours.labels"));
        var queries = Table("neighbours.queries", new int[9]);
        using var device = Device.Cpu(2);
        var found = NearestNeighbours.ByLabel(device, queries, items, labelCount: 3, count: 4);
        for (var label = 0; label < 3; label++)
        {
            var expected = AnalysisFixture.At("neighbours.found")[label];
            Assert.Equal(AnalysisFixture.Numbers(expected.GetProperty("rows")).Select(row => (int)row),
                found.SelectMany(lists => lists[label]).Select(neighbour => neighbour.Row));
            Same(AnalysisFixture.Numbers(expected.GetProperty("similarities")), found.SelectMany(lists => lists[label])
                .Select(neighbour => (double)neighbour.Similarity));
        }
    }

    [Fact]
    public void Quality_of_a_picture_is_that_of_SciPys_filters()
    {
        byte[] pixels = [.. AnalysisFixture.Ints("quality.pixels").Select(value => (byte)value)];
        var quality = ImageQuality.Of(pixels, new FeatureShape(11, 9, 1));
        Assert.Equal(AnalysisFixture.Number("quality.sharpness"), quality.Sharpness, 1e-10);
        Assert.Equal(AnalysisFixture.Number("quality.contrast"), quality.Contrast, 1e-10);
        Assert.Equal(AnalysisFixture.Number("quality.noise"), quality.Noise, 1e-10);
    }

    [Fact]
    public void Saliency_is_Grad_CAM_as_PyTorch_computes_it()
    {
        using var device = Device.Cpu(2);
        using var saliency = ClassSaliency.Create(Network(), device)!;
        Assert.Equal(new FeatureShape(6, 6, 7), saliency.Shape);
        var images = new ImageSamples(
            new FeatureShape(12, 12, 1), AnalysisFixture.Ints("grad_cam.images").Select(value => (byte)value).ToArray(), new int[3], "three");
        var maps = saliency.Of(images, [(0, 0), (1, 1), (2, 2)]);
        var (expected, enlarged) = (AnalysisFixture.At("grad_cam.maps"), AnalysisFixture.At("grad_cam.enlarged"));
        for (var i = 0; i < maps.Length; i++)
        {
            Same(AnalysisFixture.Numbers(expected[i]), maps[i].Select(value => (double)value), 1e-7);
            Same(AnalysisFixture.Numbers(enlarged[i]), ClassSaliency.Enlarge(maps[i], 6, 6, 12, 12).Select(value => (double)value), 1e-7);
        }

        Assert.Contains(maps, map => map.Max() > 0.005);
    }

    private static TrainedModel Network() => new(
        new ModelMetadata
        {
            Description = new NetworkDescription("cam", new FeatureShape(12, 12, 1), new Sequential(
                new Conv2d(5, 3) { Name = "conv1", Padding = 1 }, new BatchNorm2d { Name = "bn1" }, new ReLU(), new MaxPool2d(2),
                new Conv2d(7, 3) { Name = "conv2", Padding = 1 }, new BatchNorm2d { Name = "bn2" }, new ReLU(), new MaxPool2d(2),
                new Flatten(), new Dropout(0.5), new Linear(11) { Name = "fc1" }, new ReLU(), new Linear(3) { Name = "fc2" })),
            Preprocessing = new Preprocessing(12, 12, 1, [0], [1]),
            Classes = ["a", "b", "c"],
            DataFingerprint = "",
            Configuration = new Dictionary<string, string>(),
        },
        [.. AnalysisFixture.At("grad_cam.state").EnumerateObject().Select(tensor => new NamedTensor(
            tensor.Name,
            [.. AnalysisFixture.Numbers(tensor.Value.GetProperty("shape")).Select(size => (int)size)],
            [.. AnalysisFixture.Numbers(tensor.Value.GetProperty("values")).Select(value => (float)value)]))]);

    private static void Same(IEnumerable<double> expected, IEnumerable<double> actual, double tolerance = Tolerance) =>
        Assert.All(expected.Zip(actual, (e, a) => (e, a)).Append((expected.Count(), actual.Count())), pair => Assert.Equal(pair.Item1, pair.Item2, tolerance));
}
