namespace Weft.Interchange;

/// <summary>
/// Finds torchvision's names for the tensors of a residual network from how its operations hang together, where the file's own names say nothing.
/// </summary>
internal static class ResNetGraph
{
    private static readonly string[] NormParts = ["weight", "bias", "running_mean", "running_var"];

    /// <summary>For each tensor of the file that has a place, the name that it gets; empty where the graph is no residual network.</summary>
    public static Dictionary<string, string> NamesOf(IReadOnlyList<OnnxNode> nodes)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var makers = new Dictionary<string, OnnxNode>(StringComparer.Ordinal);
        foreach (var node in nodes)
            foreach (var output in node.Outputs)
                makers[output] = node;
        var (stage, block) = (1, -1);
        HashSet<OnnxNode> known = [];
        foreach (var add in nodes.Where(node => node.Kind == "Add" && node.Inputs.Count == 2))
        {
            var ways = add.Inputs.Select(input => Way(input)).OrderBy(way => way.Count(IsConvolution)).ToArray();
            if (ways[1].Count(IsConvolution) < 2)
                continue; // the sum of a bias
            var shortcut = ways[0];
            if (known.Count == 0)
            {
                // The stem is what both ways of the first block begin with.
                var stem = shortcut.Intersect(ways[1]).ToList();
                Name(stem, "", "conv1", "bn1");
                known.UnionWith(stem);
                ways = [.. ways.Select(way => way.Except(stem).ToList())];
            }

            (stage, block) = ways[0].Any(IsConvolution) && block >= 0 ? (stage + 1, 0) : (stage, block + 1);
            var name = $"layer{stage}.{block}.";
            Name(ways[0], name, "downsample.0", "downsample.1");
            Name(ways[1], name, "conv{0}", "bn{0}");
            known.UnionWith(ways[0]);
            known.UnionWith(ways[1]);
            known.Add(add);
        }

        return names;

        // From where the blocks before ended to a value, along the first input of each operation.
        List<OnnxNode> Way(string value)
        {
            var way = new List<OnnxNode>();
            while (makers.TryGetValue(value, out var node) && !known.Contains(node) && node.Kind != "Add" && way.Count < nodes.Count && node.Inputs.Count > 0)
            {
                way.Insert(0, node);
                value = node.Inputs[0];
            }

            return way;
        }

        void Name(IEnumerable<OnnxNode> way, string prefix, string convolution, string norm)
        {
            var number = 0;
            foreach (var node in way)
            {
                if (IsConvolution(node) && node.Inputs.Count > 1)
                    names[node.Inputs[1]] = prefix + convolution.Replace("{0}", $"{++number}", StringComparison.Ordinal) + ".weight";
                else if (node.Kind == "BatchNormalization" && node.Inputs.Count == 1 + NormParts.Length)
                    for (var part = 0; part < NormParts.Length; part++)
                        names[node.Inputs[1 + part]] = $"{prefix}{norm.Replace("{0}", $"{number}", StringComparison.Ordinal)}.{NormParts[part]}";
            }
        }
    }

    private static bool IsConvolution(OnnxNode node) => node.Kind == "Conv";
}
