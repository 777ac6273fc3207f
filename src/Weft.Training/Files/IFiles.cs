namespace Weft.Training;

/// <summary>The file operations that durable writing is made of, apart so that tests can fail, tear or stop after each of them.</summary>
internal interface IFiles
{
    /// <summary>A new file, with the access the user's mask gives.</summary>
    /// <exception cref="IOException">The file exists, or cannot be made.</exception>
    Stream CreateNew(string path);

    /// <summary>Hands everything written so far to the device.</summary>
    void Flush(Stream file);

    byte[] ReadAll(string path);

    Stream OpenRead(string path);

    /// <summary>Renames within a folder, replacing what is there.</summary>
    void Replace(string from, string to);

    /// <summary>Makes renames in the folder survive a power failure.</summary>
    void FlushFolder(string folder);

    void Delete(string path);

    bool Exists(string path);
}
