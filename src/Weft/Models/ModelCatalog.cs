using System.Collections.Immutable;

namespace Weft;

/// <summary>A model that can be asked for by name.</summary>
/// <param name="Summary">One line for people.</param>
/// <param name="Describe">Valid options to a description.</param>
public sealed record CatalogModel(string Name, string Summary, Func<ModelOptions, NetworkDescription> Describe)
{
    /// <summary>The depths it comes in, for people; null for a model of one depth.</summary>
    public string? Depths { get; init; }

    /// <summary>Whether <see cref="ModelOptions.Depth"/> may be the given one.</summary>
    public Func<int, bool> HasDepth { get; init; } = _ => false;
}

/// <summary>The models that come with the engine.</summary>
public static class ModelCatalog
{
    public static ImmutableArray<CatalogModel> Models { get; } =
    [
        new("small", "the default: 4 convolutions, global average pool; over 91 % within minutes", SmallModel.Describe),
        new("cnn4", "the study's CNNModel4: 3 convolutions and 1 fully connected layer", StudyModels.DescribeCnn4),
        new("cnn5", "the study's CNNModel5: 4 convolutions and 2 fully connected layers", StudyModels.DescribeCnn5),
        new("googlenet", "the study's modified GoogLeNet: 9 Inception modules", GoogLeNet.Describe),
        new("rescnn", "the study's CNNModel5 with two residual convolutions: 6 convolutions and 2 fully connected layers", ResidualCnn.Describe),
        new("resnet9", "the residual network of the DAWNBench race: 8 convolutions, two residual blocks", ResNet9.Describe),
        new("wideresnet", "pre-activated wide residual network of 16 layers, or another depth", WideResNet.Describe)
        {
            Depths = WideResNet.Depths, HasDepth = WideResNet.HasDepth,
        },
        ResNet.Model("resnet18", "torchvision's residual network of 18 layers, for pictures of 32x32 and more", (2, 2, 2, 2)),
        ResNet.Model("resnet18-cntk", "resnet18 with one block more at the end, which free weights exist for", (2, 2, 2, 3)),
        ResNet.Model("resnet34", "torchvision's residual network of 34 layers, for pictures of 32x32 and more", (3, 4, 6, 3)),
        ResNet.Model("resnet50", "torchvision's residual network of 50 layers in bottlenecks, for pictures of 32x32 and more", (3, 4, 6, 3), bottleneck: true),
        new("mobilenetv2", "torchvision's MobileNetV2: 17 inverted residual blocks of depthwise convolutions, for pictures of 32x32 and more",
            MobileNetV2.Describe),
        new("mobilenetv3-small", "torchvision's small MobileNetV3: squeeze and excitation, hard swish; for pictures of 32x32 and more",
            MobileNetV3.DescribeSmall),
        new("mobilenetv3-large", "torchvision's large MobileNetV3: squeeze and excitation, hard swish; for pictures of 32x32 and more",
            MobileNetV3.DescribeLarge),
        new("mobilenetv4-conv-small", "timm's small convolutional MobileNetV4: universal inverted bottlenecks, for pictures of 32x32 and more",
            MobileNetV4.DescribeConvSmall),
        new("efficientnet-b0", "torchvision's EfficientNet-B0: squeeze and excitation, SiLU; for pictures of 32x32 and more", EfficientNet.Describe),
    ];

    /// <returns>Null if there is no model of that name.</returns>
    public static CatalogModel? Find(string name) => Models.FirstOrDefault(model => model.Name == name);

    /// <exception cref="ArgumentException">There is no such model, or the options make no sense; the message names every violation.</exception>
    public static NetworkDescription Describe(string name, ModelOptions options)
    {
        var model = Find(name)
            ?? throw new ArgumentException($"There is no model {name}; expected {string.Join(", ", Models.Select(m => m.Name))}.", nameof(name));
        List<string> violations = [.. options.Validate().Select(problem => $"{problem}")];
        if (options.Depth is { } depth && !model.HasDepth(depth))
            violations.Add(model.Depths is { } depths ? $"depth is {depth}; expected {depths}" : $"depth is {depth}, but {name} comes in one depth only");
        return violations.Count == 0 ? model.Describe(options) : throw new ArgumentException(string.Join("; ", violations) + ".", nameof(options));
    }
}
