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
    public void A_network_that_is_compiled_to_a_native_program_computes_the_same()
    {
        Assert.SkipUnless(
            OperatingSystem.IsWindows() || HasProgram("clang") || HasProgram("gcc"),
            "native programs need a linker: apt-get install gcc libc6-dev zlib1g-dev (test.sh does)");
        using var project = new GeneratedProject();
        project.Add("SmallClassifier", CatalogNetworks.Model("small"));
        var said = project.Build("publish", "-p:PublishAot=true");
        Assert.True(said.Length == 0, said);
        var (_, difference) = Assert.Single(project.Run(native: true));
        output.WriteLine($"{difference:g2}");
        Assert.InRange(difference, 0, 1e-5);
    }

    [Fact]
    public void More_than_a_megabyte_of_weights_lies_in_a_file_that_no_other_can_take_the_place_of()
    {
        using var project = new GeneratedProject();
        var model = CatalogNetworks.Model("cnn4");
        var source = project.Add("WholeClassifier", model);
        Assert.InRange(source.Weights!.Length, CSharpWriter.MostBytesInSource + 1, int.MaxValue);
        Assert.InRange(source.Text.Length, 1, CSharpWriter.MostBytesInSource / 8);
        var damaged = project.Add("DamagedClassifier", model).Weights!;
        damaged[damaged.Length / 2] ^= 1;
        File.WriteAllBytes(Path.Combine(project.Folder, "DamagedClassifier.weights"), damaged);
        var said = project.Build();
        Assert.True(said.Length == 0, said);
        var (code, text) = project.Execute();
        Assert.NotEqual(0, code);
        Assert.Contains("DamagedClassifier.weights is not the file that belongs to this source", text, StringComparison.Ordinal);
        Assert.InRange(project.Difference("WholeClassifier"), 0, 1e-5); // which ran before
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

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));
}
