using Weft.Interchange.Tests.Onnx;
using Weft.Training;

namespace Weft.Interchange.Tests.Source;

/// <summary>What <see cref="CSharpWriter"/> writes, compiled and run.</summary>
public class CSharpWriterTests(ITestOutputHelper output)
{
    // The compiler takes its time: all 200 of them, and the whole catalog, with WEFT_SOURCE_NETWORKS=200.
    private const int Fewest = 60;
    private static readonly int Networks = int.Parse(Environment.GetEnvironmentVariable("WEFT_SOURCE_NETWORKS") ?? "0");
    private static readonly string[] Chosen = ["small", "googlenet", "mobilenetv3-small"];

    [Fact]
    public void Random_networks_of_all_layers_compile_without_a_warning_and_compute_the_same()
    {
        using var project = new GeneratedProject();
        var kinds = new HashSet<string>();
        for (var seed = 0; seed < Math.Max(Networks, Fewest); seed++)
        {
            var model = RandomNetworks.Model(seed);
            string[] own = [.. model.Description.Nodes().Select(node => node.Layer.GetType().Name)];
            // Of the fewest, those that bring a kind of layer, and one that joins its input to something else.
            if (seed < Networks || seed == 36 || own.Except(kinds).Any())
                project.Add($"Random{seed}Classifier", model);
            kinds.UnionWith(own);
        }

        var description = new NetworkDescription(
            "map", new FeatureShape(3, 4, 2), new Sequential(new Conv2d(5, 3) { Padding = 1 }, new Flatten(), new Sigmoid()));
        project.Add("MapClassifier", RandomNetworks.Model(description, 1));
        var said = project.Build();
        Assert.True(said.Length == 0, said);
        var found = project.Run();
        output.WriteLine($"{found.Count} networks: largest difference of a probability {found.Max(one => one.Difference):g2}");
        Assert.All(found, one => Assert.InRange(one.Difference, 0, 1e-5));
        Assert.Equal(
            typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract && type != typeof(Sequential))
                .Select(type => type.Name).Order(),
            kinds.Order());
    }

    [Fact, Trait("lane", "widest")]
    public void Networks_of_the_catalog_compute_the_same()
    {
        using var project = new GeneratedProject();
        foreach (var model in ModelCatalog.Models.Where(model => Networks > 0 || Chosen.Contains(model.Name)))
            project.Add(CSharpOptions.ClassNameOf(model.Name), CatalogNetworks.Model(model.Name), images: 2);
        var said = project.Build();
        Assert.True(said.Length == 0, said);
        foreach (var (name, difference) in project.Run())
        {
            output.WriteLine($"{name}: {difference:g2}");
            Assert.InRange(difference, 0, 1e-5);
        }
    }

    [Fact]
    public void A_layer_of_ones_own_that_computes_is_refused_by_its_name()
    {
        using var project = new GeneratedProject();
        var description = new NetworkDescription("own", new FeatureShape(3, 4, 2), new Sequential(new Flatten(), new Halved { Name = "half" }));
        var refused = Assert.Throws<WeftException>(() => project.Add("OwnClassifier", RandomNetworks.Model(description, 1)));
        Assert.Equal((ErrorKind.InvalidInput, "layer half"), (refused.Kind, refused.Where));
    }

    [Theory]
    [InlineData("small-1", "Small1Classifier")]
    [InlineData("Cnn5Classifier", "Cnn5Classifier")]
    [InlineData("3 nets", "Picture3NetsClassifier")]
    [InlineData("é", "PictureClassifier")]
    public void A_class_is_called_as_its_file(string file, string name) => Assert.Equal(name, CSharpOptions.ClassNameOf(file));
}
