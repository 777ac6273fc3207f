namespace Weft.Pictures;

/// <summary>Looks at the colours that a file lists.</summary>
internal static class Palette
{
    /// <summary>Whether there are colours and all of them are grey.</summary>
    public static bool IsGrey(ReadOnlySpan<byte> colors, int entry)
    {
        for (var i = 0; i + 2 < colors.Length; i += entry)
        {
            if (colors[i] != colors[i + 1] || colors[i] != colors[i + 2])
                return false;
        }
        return colors.Length >= 3;
    }
}
