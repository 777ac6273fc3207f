namespace Weft;

/// <summary>What a layer is, as far as those who cut networks ask.</summary>
[Flags]
internal enum LayerTraits
{
    None = 0,

    /// <summary>
    /// May stand after the last feature map: it computes the same in training and in evaluation but for what it drops, and its weights see the whole map.
    /// </summary>
    Head = 1,

    /// <summary>Summarizes places of the map.</summary>
    Pool = 2,

    /// <summary>Drops at random in training and does nothing in evaluation.</summary>
    Random = 4,
}
