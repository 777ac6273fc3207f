namespace Weft.Training;

/// <summary>
/// A fixed-width font of 5 × 7 dots for labels in pictures. A glyph is seven letters, a row each from top to bottom; a letter is a digit to the base 32
/// (0–9, A–V) whose five bits are the dots from left to right.
/// </summary>
internal static class BitmapFont
{
    public const int Width = 5;
    public const int Height = 7;

    private const string Unknown = "VHHHHHV";

    private static readonly Dictionary<char, string> Glyphs = Parse(
        " 0000000 !4444004 \"AAA0000 #AAVAVAA $4FKE5U4 %OP248J3 &CIK8LID 'C480000 (2488842 )8422248 *04LEL40 +044V440 ,0000C48 -000V000 .00000CC /01248G0 "
        + "0EHJLPHE 14C4444E 2EH1248V 3V2421HE 426AIV22 5VGU11HE 668GUHHE 7V124888 8EHHEHHE 9EHHF12C :0CC0CC0 ;0CC0C48 <248G842 =00V0V00 >8421248 ?EH12404 "
        + "@EH1DLLE AEHHVHHH BUHHUHHU CEHGGGHE DSIHHHIS EVGGUGGV FVGGUGGG GEHGNHHF HHHHVHHH IE44444E J72222IC KHIKOKIH LGGGGGGV MHRLLHHH NHHPLJHH OEHHHHHE "
        + "PUHHUGGG QEHHHLID RUHHUKIH SFGGE11U TV444444 UHHHHHHE VHHHHHA4 WHHHLLLA XHHA4AHH YHHHA444 ZV1248GV [E88888E ]E22222E _000000V "
        + "a00E1FHF bGGMPHHU c00EGGHE d11DJHHF e00EHVGE f698S888 g0FHHF1E hGGMPHHH i40C444E j20622IC kGGIKOKI lC44444E m00QLLHH n00MPHHH o00EHHHE "
        + "p00UHUGG q00DJF11 r00MPGGG s00EGE1U t88S8896 u00HHHJD v00HHHA4 w00HHLLA x00HA4AH y00HHF1E z00V248V");

    /// <summary>Whether the dot is set; a character without a glyph is a box.</summary>
    public static bool HasDot(char letter, int x, int y)
    {
        var row = Glyphs.GetValueOrDefault(letter, Unknown)[y];
        var bits = row <= '9' ? row - '0' : row - 'A' + 10;
        return (bits >> (Width - 1 - x) & 1) != 0;
    }

    private static Dictionary<char, string> Parse(string table)
    {
        const int EntryLength = 1 + Height + 1; // the character, its rows, a blank
        var glyphs = new Dictionary<char, string>();
        for (var at = 0; at < table.Length; at += EntryLength)
            glyphs.Add(table[at], table.Substring(at + 1, Height));
        return glyphs;
    }
}
