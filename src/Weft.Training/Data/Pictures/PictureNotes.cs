using System.Numerics;

namespace Weft.Training;

/// <summary>Counts what happened to pictures on the way, once for each kind of change.</summary>
internal sealed class PictureNotes
{
    private readonly long[] _counts = new long[32];

    /// <summary>How many pictures were added.</summary>
    public long Pictures { get; private set; }

    /// <summary>How many of them have a bright ground in their file.</summary>
    public long BrightGrounds { get; private set; }

    /// <summary>The largest of the values of all pictures with <see cref="PictureChanges.SmallRange"/>, and the largest that could be there.</summary>
    public (int Found, int Possible) LargestValue { get; private set; }

    public void Add(FittedPicture picture)
    {
        Pictures++;
        BrightGrounds += picture.HasBrightGround ? 1 : 0;
        foreach (var change in Enum.GetValues<PictureChanges>())
            _counts[BitOf(change)] += change != PictureChanges.None && picture.Changes.HasFlag(change) ? 1 : 0;
        if (picture.Changes.HasFlag(PictureChanges.SmallRange) && picture.LargestValue.Found > LargestValue.Found)
            LargestValue = picture.LargestValue;
    }

    /// <summary>How many pictures were changed so; a single flag is expected.</summary>
    public long CountOf(PictureChanges change) => _counts[BitOf(change)];

    private static int BitOf(PictureChanges change) => BitOperations.TrailingZeroCount((uint)change) & 31;
}
