namespace Weft.App;

/// <summary>Commands as a person pastes them into a shell.</summary>
internal static class ShellWords
{
    private const string Plain = @"/\.-_+:~=@,";

    /// <summary>The words with spaces between them; those a shell would take apart are quoted.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    public static string Quote(string word) =>
        word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || Plain.Contains(letter)) ? word : $"'{word.Replace("'", "'\\''")}'";
}
