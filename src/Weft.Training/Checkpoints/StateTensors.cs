namespace Weft.Training;

/// <summary>Moves stored tensors into the state of a network, an optimizer or an average.</summary>
internal static class StateTensors
{
    /// <summary>Fills every target from the source of its name. Nothing is changed where one does not fit.</summary>
    /// <param name="what">Names the tensors in errors: "weights".</param>
    /// <exception cref="WeftException">The first tensor that is missing, left over or of another shape.</exception>
    public static void Fill(IReadOnlyList<DeviceTensor> targets, IReadOnlyList<NamedTensor> sources, string what)
    {
        var byName = sources.ToDictionary(source => source.Name, StringComparer.Ordinal);
        foreach (var target in targets)
        {
            if (!byName.TryGetValue(target.Name, out var source))
                throw Mismatch(what, $"{target.Name} [{string.Join(", ", target.Shape)}]", "no such tensor");
            if (!source.Shape.SequenceEqual(target.Shape))
                throw Mismatch(what, $"{target.Name} [{string.Join(", ", target.Shape)}]", $"[{string.Join(", ", source.Shape)}]");
        }

        var known = targets.Select(target => target.Name).ToHashSet(StringComparer.Ordinal);
        if (sources.FirstOrDefault(source => !known.Contains(source.Name)) is { } extra)
            throw Mismatch(what, $"{targets.Count} tensors", $"{extra.Name} besides");
        foreach (var target in targets)
            target.CopyFrom(byName[target.Name].Values);
    }

    private static WeftException Mismatch(string what, string expected, string found) =>
        new(ErrorKind.CheckpointMismatch, $"the checkpoint's {what} do not fit the network")
        {
            Expected = expected, Found = found, Safe = "nothing was changed",
        };
}
