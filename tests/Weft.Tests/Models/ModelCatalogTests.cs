namespace Weft.Tests.Models;

public class ModelCatalogTests
{
    [Theory]
    [InlineData("small", 65_834)]
    [InlineData("cnn4", 393_610)]
    [InlineData("cnn5", 6_835_786)]
    [InlineData("googlenet", 5_982_250)]
    [InlineData("rescnn", 7_573_322)]
    [InlineData("resnet9", 6_571_978)]
    [InlineData("wideresnet", 2_748_602)]
    [InlineData("resnet18", 11_175_370)]
    [InlineData("resnet18-cntk", 15_896_010)]
    [InlineData("resnet34", 21_283_530)]
    [InlineData("resnet50", 23_522_250)]
    [InlineData("mobilenetv2", 2_236_106)]
    [InlineData("mobilenetv3-small", 1_527_818)]
    [InlineData("mobilenetv3-large", 4_214_554)]
    [InlineData("mobilenetv4-conv-small", 2_505_258)]
    [InlineData("efficientnet-b0", 4_019_782)]
    public void Models_have_as_many_parameters_as_their_description_says(string name, long parameters)
    {
        using var device = new CpuDevice(1);
        using var network = Network.Compile(ModelCatalog.Describe(name, new ModelOptions()), device, new CompileOptions { BatchSize = 1, Training = false });
        Assert.Equal(parameters, network.ParameterCount);
        Assert.Equal(10, network.ClassCount);
    }

    // The numbers that torchvision's documentation gives, and timm's for its own.
    [Theory]
    [InlineData("resnet18", 11_689_512)]
    [InlineData("resnet34", 21_797_672)]
    [InlineData("resnet50", 25_557_032)]
    [InlineData("mobilenetv2", 3_504_872)]
    [InlineData("mobilenetv3-small", 2_542_856)]
    [InlineData("mobilenetv3-large", 5_483_032)]
    [InlineData("mobilenetv4-conv-small", 3_774_024)]
    [InlineData("efficientnet-b0", 5_288_548)]
    public void At_a_thousand_classes_torchvisions_models_have_its_number_of_parameters(string name, long parameters)
    {
        var description = ModelCatalog.Describe(name, new ModelOptions { Classes = 1000, Input = new FeatureShape(224, 224, 3) });
        using var device = new CpuDevice(1);
        using var network = Network.Compile(
            description with { Input = new FeatureShape(64, 64, 3) }, device, new CompileOptions { BatchSize = 1, Training = false });
        Assert.Equal(parameters, network.ParameterCount);
        Assert.Equal(FeatureShape.Flat(1000), description.InferOutput());
    }

    [Fact]
    public void Every_model_takes_other_classes_inputs_and_widths()
    {
        using var device = new CpuDevice(1);
        foreach (var model in ModelCatalog.Models)
        {
            var options = new ModelOptions { Classes = 3, Input = new FeatureShape(32, 40, 3), Width = 0.1 };
            using var network = Network.Compile(ModelCatalog.Describe(model.Name, options), device, new CompileOptions { BatchSize = 2 });
            network.ForwardTraining(new float[2 * 32 * 40 * 3], 2, 0);
            Assert.Equal(6, network.Logits.Length);
        }
    }

    [Fact]
    public void Cnn5_has_the_names_of_its_state_dict() => Assert.Equal(
        [
            "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.weight", "bn2.bias", "bn2.running_mean", "bn2.running_var", "bn2.weight",
            "bn3.bias", "bn3.running_mean", "bn3.running_var", "bn3.weight", "bn4.bias", "bn4.running_mean", "bn4.running_var", "bn4.weight",
            "conv1.bias", "conv1.weight", "conv2.bias", "conv2.weight", "conv3.bias", "conv3.weight", "conv4.bias", "conv4.weight",
            "fc1.bias", "fc1.weight", "fc2.bias", "fc2.weight",
        ],
        Names("cnn5").Order(StringComparer.Ordinal));

    [Fact]
    public void Torchvisions_models_have_the_names_of_its_state_dict()
    {
        string[] residual = [.. Names("resnet18")], bottlenecks = [.. Names("resnet50")], mobile = [.. Names("mobilenetv2")];
        foreach (var name in (string[])["layer1.0.downsample.1.weight", "layer1.0.bn3.bias", "layer3.5.conv3.weight", "layer4.2.conv2.weight"])
            Assert.Contains(name, bottlenecks);
        Assert.Equal(["layer4.2.bn1.bias", "layer4.2.bn1.running_mean", "layer4.2.bn1.running_var", "layer4.2.bn1.weight", "layer4.2.bn2.bias",
            "layer4.2.bn2.running_mean", "layer4.2.bn2.running_var", "layer4.2.bn2.weight", "layer4.2.conv1.weight", "layer4.2.conv2.weight"],
            Names("resnet18-cntk").Except(residual).Order(StringComparer.Ordinal));
        foreach (var name in (string[])["conv1.weight", "bn1.running_var", "layer1.0.conv1.weight", "layer1.1.bn2.bias",
            "layer2.0.downsample.0.weight", "layer4.0.downsample.1.running_mean", "fc.bias"])
            Assert.Contains(name, residual);
        foreach (var name in (
            string[])["features.0.0.weight", "features.0.1.bias", "features.1.conv.0.0.weight", "features.1.conv.1.weight", "features.1.conv.2.running_var",
            "features.17.conv.1.0.weight", "features.17.conv.2.weight", "features.17.conv.3.bias", "features.18.1.weight", "classifier.1.weight"])
            Assert.Contains(name, mobile);
        Assert.Equal((102, 267, 262), (residual.Length, bottlenecks.Length, mobile.Length));
    }

    [Theory]
    [InlineData("mobilenetv3-large", 266, "features.0.1.running_var", "features.1.block.0.0.weight", "features.1.block.1.1.bias",
        "features.4.block.2.fc1.weight", "features.4.block.2.fc2.bias", "features.4.block.3.0.weight", "features.16.0.weight", "classifier.0.bias",
        "classifier.3.weight")]
    [InlineData("mobilenetv3-small", 210, "features.1.block.1.fc1.bias", "features.11.block.3.1.weight", "features.12.1.bias", "classifier.3.bias")]
    [InlineData("efficientnet-b0", 311, "features.0.0.weight", "features.1.0.block.1.fc1.weight", "features.2.1.block.3.0.weight",
        "features.7.0.block.2.fc2.bias", "features.8.1.running_mean", "classifier.1.bias")]
    [InlineData("mobilenetv4-conv-small", 232, "conv_stem.weight", "bn1.running_var", "blocks.0.1.bn1.weight", "blocks.1.0.conv.weight",
        "blocks.2.0.dw_start.conv.weight", "blocks.2.0.dw_mid.bn.bias", "blocks.2.5.pw_exp.bn.running_mean", "blocks.3.5.pw_proj.conv.weight",
        "blocks.4.0.bn1.bias", "conv_head.weight", "norm_head.running_var", "classifier.bias")]
    public void Mobile_models_have_the_names_of_torchvisions_and_timms_state_dict(string model, int count, params string[] names)
    {
        string[] all = [.. Names(model)];
        Assert.All(names, name => Assert.Contains(name, all));
        Assert.Equal(count, all.Length);
    }

    [Fact]
    public void Dropout_of_zero_leaves_no_dropout() =>
        Assert.DoesNotContain(
            ((Sequential)ModelCatalog.Describe("cnn5", new ModelOptions { Dropout = 0, FeatureDropout = 0 }).Body).Layers, layer => layer is Dropout);

    [Fact]
    public void Nonsense_is_refused_all_at_once()
    {
        var refused = Assert.Throws<ArgumentException>(() => ModelCatalog.Describe("cnn5", new ModelOptions { Classes = 1, Dropout = 1, Width = double.NaN }));
        Assert.Contains("classes is 1", refused.Message);
        Assert.Contains("dropout is 1", refused.Message);
        Assert.Contains("width is NaN", refused.Message);
        Assert.Contains("cnn4", Assert.Throws<ArgumentException>(() => ModelCatalog.Describe("cnn6", new ModelOptions())).Message);
        Assert.Null(ModelCatalog.Find("cnn6"));
    }

    private static IEnumerable<string> Names(string model)
    {
        using var device = new CpuDevice(1);
        using var network = Network.Compile(ModelCatalog.Describe(model, new ModelOptions()), device, new CompileOptions { BatchSize = 1, Training = false });
        return [.. network.State.Select(tensor => tensor.Name)];
    }
}
